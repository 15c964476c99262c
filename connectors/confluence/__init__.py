"""Confluence Cloud: pages, blog posts, their attachments and comments, with who may read them."""
