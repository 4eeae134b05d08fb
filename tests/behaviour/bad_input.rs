//! What is wrong on the disk: said clearly, and left alone.
