package dev.igvmtool.machine.paging;

/** Where page tables stand: 8-byte entries by guest physical address. */
public interface TableMemory {
    /** Reads an entry. */
    long readEntry(long gpa);

    /** Writes an entry back with accessed or dirty bits. */
    void writeEntry(long gpa, long value);
}
