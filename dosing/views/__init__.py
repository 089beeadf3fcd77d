"""Pages of orders, stock, products and limits."""
