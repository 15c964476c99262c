"""What is kept, and where: rows in SQL, vectors in Chroma. Each store is opened for one workspace."""
