"""Lists of shops that come in and go out: tables read, columns understood, rows planned, files written."""
