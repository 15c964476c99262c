"""How is a document written as Markdown? Pure: blocks in, text out, whatever format they were read from.

blocks              paragraphs, headings, lists, tables: and runs of words, each with its look
tables              cells with what they span -> a table in which each row makes sense with the header alone
writing  spans  spacing  escaping   blocks -> Markdown that `bot.core.markdown` and the renderer read as it was meant
losses  spare       what could not be carried over, and how much may be repeated
"""
