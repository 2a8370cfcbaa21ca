package dev.igvmtool.machine.memory;

/** Sees every change of guest memory, whoever makes it: programs, the hypervisor and devices alike. */
@FunctionalInterface
public interface WriteObserver {
    /**
     * Called before the bytes change, so that the former content can still be read. The content that is written may be
     * the same.
     *
     * @param gpa first byte
     * @param length bytes, at least 1
     */
    void beforeWrite(long gpa, long length);
}
