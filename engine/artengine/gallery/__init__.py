"""Galleries: folders of finished pieces, and the web page that shows them."""
