"""LiteLLM, and what it is asked for: `completion`, `embedding`, `reranking`. All go through one `door`, which alone
imports it; neither its logs nor the words of its errors come out.
"""
