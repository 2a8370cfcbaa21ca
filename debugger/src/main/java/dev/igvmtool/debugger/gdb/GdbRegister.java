package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.debugger.view.RegisterFile;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.ArrayList;
import java.util.List;

/**
 * A register as gdb knows it, of the VTL in which a VP runs. The numbers are those of the list {@link #ALL}.
 *
 * @param name as in the target description
 * @param feature of the target description that it belongs to
 * @param type in the target description
 * @param sizeBytes as it is transferred, little endian
 * @param source where its value is
 */
record GdbRegister(String name, String feature, String type, int sizeBytes, Source source) {
    static final String CORE = "org.gnu.gdb.i386.core";
    static final String SSE = "org.gnu.gdb.i386.sse";
    static final String SEGMENTS = "org.gnu.gdb.i386.segments";
    static final String SYSTEM = "dev.igvmtool.system";

    /** Offsets in the image that FXSAVE stores. Specification: Intel SDM, volume 1, section 10.5.1. */
    private static final int FX_CONTROL = 0;

    private static final int FX_STATUS = 2;
    private static final int FX_TAG = 4;
    private static final int FX_OPCODE = 6;
    private static final int FX_INSTRUCTION = 8;
    private static final int FX_DATA = 16;
    private static final int FX_MXCSR = 24;
    private static final int FX_ST = 32;
    private static final int FX_XMM = 160;
    private static final int FX_SLOT = 16;
    private static final int ST_BYTES = 10;
    private static final int STACK_REGISTERS = 8;
    private static final int XMM_REGISTERS = 16;

    /** All registers, in the order in which they are transferred. */
    static final List<GdbRegister> ALL = makeAll();

    /** Where a register's value is. */
    sealed interface Source {
        /** A register by its name of {@link RegisterName}, whole or the part of a segment that is meant. */
        record Named(int hvName, Part part) implements Source {}

        /** A part of the image that FXSAVE stores. */
        record Fx(int offset, int sizeBytes) implements Source {}

        /** A number that the machine has besides its registers. */
        record Fact(Kind kind) implements Source {}
    }

    /** What is meant of a register. */
    enum Part {
        WHOLE,
        SELECTOR,
        BASE
    }

    /** Numbers that are no registers. */
    enum Kind {
        VTL,
        TURN
    }

    /** The value as it is transferred. */
    Bytes read(Vp vp, long turn) {
        if (source instanceof Source.Fx fx) {
            return vp.state().fxState().slice(fx.offset, fx.sizeBytes).paddedTo(sizeBytes);
        }
        long value;
        if (source instanceof Source.Fact fact) {
            value = fact.kind == Kind.VTL ? vp.vtl() : turn;
        } else {
            Source.Named named = (Source.Named) source;
            RegisterValue whole = VpRegisters.get(vp, vp.vtl(), named.hvName)
                    .orElseThrow(() -> new IllegalStateException("register " + name + " is unknown to the machine"));
            value = switch (named.part) {
                case WHOLE -> whole.low();
                case SELECTOR -> whole.segment().selector();
                case BASE -> whole.segment().base();
            };
        }
        ByteWriter writer = new ByteWriter();
        for (int i = 0; i < sizeBytes; i++) {
            writer.u8((int) (value >>> 8 * i) & 0xff);
        }
        return writer.toBytes();
    }

    private static List<GdbRegister> makeAll() {
        List<GdbRegister> all = new ArrayList<>();
        // gdb has the registers of a 64-bit processor in an order of its own.
        for (String name : List.of(
                "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                "r15")) {
            String type = name.equals("rbp") || name.equals("rsp") ? "data_ptr" : "int64";
            all.add(named(name, CORE, type, Long.BYTES, hvName(name)));
        }
        all.add(named("rip", CORE, "code_ptr", Long.BYTES, RegisterName.RIP));
        all.add(named("eflags", CORE, "i386_eflags", Integer.BYTES, RegisterName.RFLAGS));
        for (String name : List.of("cs", "ss", "ds", "es", "fs", "gs")) {
            all.add(new GdbRegister(name, CORE, "int32", Integer.BYTES, new Source.Named(hvName(name), Part.SELECTOR)));
        }
        for (int i = 0; i < STACK_REGISTERS; i++) {
            all.add(new GdbRegister(
                    "st" + i, CORE, "i387_ext", ST_BYTES, new Source.Fx(FX_ST + i * FX_SLOT, ST_BYTES)));
        }
        all.add(fx("fctrl", CORE, FX_CONTROL, Short.BYTES));
        all.add(fx("fstat", CORE, FX_STATUS, Short.BYTES));
        all.add(fx("ftag", CORE, FX_TAG, 1));
        all.add(fx("fiseg", CORE, FX_INSTRUCTION + Integer.BYTES, Short.BYTES));
        all.add(fx("fioff", CORE, FX_INSTRUCTION, Integer.BYTES));
        all.add(fx("foseg", CORE, FX_DATA + Integer.BYTES, Short.BYTES));
        all.add(fx("fooff", CORE, FX_DATA, Integer.BYTES));
        all.add(fx("fop", CORE, FX_OPCODE, Short.BYTES));
        for (int i = 0; i < XMM_REGISTERS; i++) {
            all.add(new GdbRegister("xmm" + i, SSE, "vec128", FX_SLOT, new Source.Fx(FX_XMM + i * FX_SLOT, FX_SLOT)));
        }
        all.add(fx("mxcsr", SSE, FX_MXCSR, Integer.BYTES));
        all.add(new GdbRegister("fs_base", SEGMENTS, "int64", Long.BYTES, new Source.Named(hvName("fs"), Part.BASE)));
        all.add(new GdbRegister("gs_base", SEGMENTS, "int64", Long.BYTES, new Source.Named(hvName("gs"), Part.BASE)));
        for (String name : List.of("cr0", "cr2", "cr3", "cr4", "cr8", "efer", "apic_base")) {
            all.add(named(name, SYSTEM, "int64", Long.BYTES, hvName(name)));
        }
        all.add(new GdbRegister("vtl", SYSTEM, "int32", Integer.BYTES, new Source.Fact(Kind.VTL)));
        all.add(new GdbRegister("turn", SYSTEM, "int64", Long.BYTES, new Source.Fact(Kind.TURN)));
        return List.copyOf(all);
    }

    private static int hvName(String name) {
        return RegisterFile.find(name).orElseThrow().hvName();
    }

    private static GdbRegister named(String name, String feature, String type, int sizeBytes, int hvName) {
        return new GdbRegister(name, feature, type, sizeBytes, new Source.Named(hvName, Part.WHOLE));
    }

    /** A control register of the floating-point unit: 32 bits, however wide it is stored. */
    private static GdbRegister fx(String name, String feature, int offset, int storedBytes) {
        return new GdbRegister(name, feature, "int", Integer.BYTES, new Source.Fx(offset, storedBytes));
    }
}
