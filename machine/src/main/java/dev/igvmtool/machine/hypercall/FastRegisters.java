package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.vp.Vp;

/** The registers of a fast hypercall as one area: RDX, R8, XMM0 to XMM5. Output follows the input, 16-byte aligned. */
final class FastRegisters {
    /** Bytes that fit. */
    static final int SIZE = 112;

    private static final int PAIR = 16;
    /** Where FXSAVE stores XMM0. */
    private static final int XMM0 = 160;

    private FastRegisters() {}

    static Bytes read(Vp vp) {
        return new ByteWriter()
                .u64(vp.get(Gpr.RDX))
                .u64(vp.get(Gpr.R8))
                .bytes(vp.state().fxState().slice(XMM0, SIZE - PAIR))
                .toBytes();
    }

    /** Where output starts behind {@code inputBytes} of input. */
    static int outputOffset(int inputBytes) {
        return inputBytes + PAIR - 1 & -PAIR;
    }

    static void write(Vp vp, int offset, Bytes output) {
        byte[] area = read(vp).toByteArray();
        output.copyTo(0, area, offset, output.size());
        Bytes changed = Bytes.wrap(area);
        vp.set(Gpr.RDX, changed.u64(0));
        vp.set(Gpr.R8, changed.u64(Long.BYTES));
        byte[] fx = vp.state().fxState().toByteArray();
        changed.copyTo(PAIR, fx, XMM0, SIZE - PAIR);
        vp.mutableState().setFxState(Bytes.wrap(fx));
    }
}
