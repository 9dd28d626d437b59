"""Galleries: folders of finished pieces, and the page that shows them."""
