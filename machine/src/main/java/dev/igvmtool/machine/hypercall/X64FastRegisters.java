package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.vp.Vp;

/** RDX, R8, XMM0 to XMM5. Output follows the input, 16-byte aligned. */
record X64FastRegisters(Vp vp) implements FastRegisters {
    private static final int SIZE = 112;
    private static final int PAIR = 16;
    /** Where FXSAVE stores XMM0. */
    private static final int XMM0 = 160;

    @Override
    public int sizeBytes() {
        return SIZE;
    }

    @Override
    public int inputBytes() {
        return SIZE;
    }

    @Override
    public Bytes read() {
        return new ByteWriter()
                .u64(vp.get(Gpr.RDX))
                .u64(vp.get(Gpr.R8))
                .bytes(vp.state().fxState().slice(XMM0, SIZE - PAIR))
                .toBytes();
    }

    @Override
    public int outputOffset(int inputBytes) {
        return inputBytes + PAIR - 1 & -PAIR;
    }

    @Override
    public void write(int offset, Bytes output) {
        byte[] area = read().toByteArray();
        output.copyTo(0, area, offset, output.size());
        Bytes changed = Bytes.wrap(area);
        vp.set(Gpr.RDX, changed.u64(0));
        vp.set(Gpr.R8, changed.u64(Long.BYTES));
        byte[] fx = vp.state().fxState().toByteArray();
        changed.copyTo(PAIR, fx, XMM0, SIZE - PAIR);
        vp.mutableState().setFxState(Bytes.wrap(fx));
    }
}
