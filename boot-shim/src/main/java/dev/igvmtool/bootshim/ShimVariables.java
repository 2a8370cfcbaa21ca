package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Core;
import java.util.OptionalLong;

/**
 * What the shim has found out so far and cannot find out again: variables in its bss. A view; each accessor is exactly
 * one access.
 */
record ShimVariables(Memory memory, long address) {
    private static final int PARAMS_OFFSET = 0x00;
    private static final int ISOLATION = 0x08;
    private static final int FLAGS = 0x0c;
    private static final int ACTIVE_VTL = 0x10;
    private static final int BOOT_START = 0x18;
    private static final int BOOT_END = 0x20;
    private static final int SIDECAR_START = 0x28;
    private static final int SIDECAR_END = 0x30;
    private static final int ALIAS_MAP = 0x38;
    private static final int TSC_FREQUENCY = 0x40;
    private static final int EXPECTED_HASHES = 0x48;

    /** Facts that hold or do not. */
    enum Flag {
        /** The host may read the text of a panic. */
        PANIC_TEXT,
        LOG_OPEN,
        SERIAL_ON,
        HYPERCALLS_ON,
        X2APIC,
        SIDECAR_STARTED,
        /** There is an alias map. */
        ALIAS_MAP;

        private long bit() {
            return 1L << ordinal();
        }
    }

    static ShimVariables of(Core cpu) {
        return new ShimVariables(cpu.memory(), ShimLayout.of(cpu).at(ShimLayout.Static.VARIABLES));
    }

    boolean is(Flag flag) {
        return (memory.readU32(address + FLAGS) & flag.bit()) != 0;
    }

    void set(Flag flag) {
        memory.writeU32(address + FLAGS, memory.readU32(address + FLAGS) | flag.bit());
    }

    /** Distance of the parameter page from the image base. */
    long paramsOffset() {
        return memory.readU64(address + PARAMS_OFFSET);
    }

    void setParamsOffset(long offset) {
        memory.writeU64(address + PARAMS_OFFSET, offset);
    }

    TreeIsolation isolation() {
        return TreeIsolation.values()[(int) memory.readU32(address + ISOLATION)];
    }

    void setIsolation(TreeIsolation isolation) {
        memory.writeU32(address + ISOLATION, isolation.ordinal());
    }

    /** True on SNP and TDX. */
    boolean hardwareIsolated() {
        TreeIsolation isolation = isolation();
        return isolation == TreeIsolation.SNP || isolation == TreeIsolation.TDX;
    }

    /** Ticks of the time-stamp counter in a second; 0 if not known. */
    long tscFrequency() {
        return memory.readU64(address + TSC_FREQUENCY);
    }

    void setTscFrequency(long hertz) {
        memory.writeU64(address + TSC_FREQUENCY, hertz);
    }

    /** Hashes that the image brings, one for each shared page; 0 if it brings none. */
    int expectedHashes() {
        return (int) memory.readU32(address + EXPECTED_HASHES);
    }

    void setExpectedHashes(int count) {
        memory.writeU32(address + EXPECTED_HASHES, count);
    }

    int activeVtl() {
        return memory.readU8(address + ACTIVE_VTL);
    }

    void setActiveVtl(int vtl) {
        memory.writeU8(address + ACTIVE_VTL, vtl);
    }

    long bootStart() {
        return memory.readU64(address + BOOT_START);
    }

    void setBootStart(long time) {
        memory.writeU64(address + BOOT_START, time);
    }

    long bootEnd() {
        return memory.readU64(address + BOOT_END);
    }

    void setBootEnd(long time) {
        memory.writeU64(address + BOOT_END, time);
    }

    long sidecarStart() {
        return memory.readU64(address + SIDECAR_START);
    }

    void setSidecarStart(long time) {
        memory.writeU64(address + SIDECAR_START, time);
    }

    long sidecarEnd() {
        return memory.readU64(address + SIDECAR_END);
    }

    void setSidecarEnd(long time) {
        memory.writeU64(address + SIDECAR_END, time);
    }

    /** The settled alias map, if there is one; a host may say 0. */
    OptionalLong aliasMap() {
        return is(Flag.ALIAS_MAP) ? OptionalLong.of(memory.readU64(address + ALIAS_MAP)) : OptionalLong.empty();
    }

    void setAliasMap(long map) {
        memory.writeU64(address + ALIAS_MAP, map);
        set(Flag.ALIAS_MAP);
    }
}
