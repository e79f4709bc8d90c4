"""Which request gets which shop: all pairs at once, with points, reasons and a proven bound."""
