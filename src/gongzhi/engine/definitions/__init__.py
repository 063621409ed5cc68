"""Read definitions/ into frozen objects; refuse what is not understood."""
