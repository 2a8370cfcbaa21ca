package dev.igvmtool.paravisor;

/** VPs of the sidecar that do not run and are not to run again, one bit each, in the program's data. */
record StoppedVps(ParavisorProcess process) {
    /** True if a VP is among them. */
    boolean contains(int vp) {
        return (process.cpu().memory().readU8(address(vp)) >> vp % Byte.SIZE & 1) != 0;
    }

    /** Adds a VP. */
    void add(int vp) {
        int before = process.cpu().memory().readU8(address(vp));
        process.cpu().memory().writeU8(address(vp), before | 1 << vp % Byte.SIZE);
    }

    private long address(int vp) {
        return process.at(DataLayout.STOPPED_VPS) + vp / Byte.SIZE;
    }
}
