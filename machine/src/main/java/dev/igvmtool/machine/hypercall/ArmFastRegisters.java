package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpState;

/** X1 to X16; output is in the last two, X15 and X16, as the boot shim expects it. */
record ArmFastRegisters(Vp vp) implements FastRegisters {
    private static final int FIRST = 1;
    private static final int COUNT = 16;
    private static final int OUTPUT_OFFSET = 14 * Long.BYTES;

    @Override
    public int sizeBytes() {
        return COUNT * Long.BYTES;
    }

    @Override
    public int inputBytes() {
        return COUNT * Long.BYTES;
    }

    @Override
    public Bytes read() {
        ByteWriter writer = new ByteWriter();
        for (int i = 0; i < COUNT; i++) {
            writer.u64(vp.state().x(FIRST + i));
        }
        return writer.toBytes();
    }

    @Override
    public int outputOffset(int inputBytes) {
        return OUTPUT_OFFSET;
    }

    @Override
    public void write(int offset, Bytes output) {
        byte[] area = read().toByteArray();
        output.copyTo(0, area, offset, output.size());
        Bytes changed = Bytes.wrap(area);
        VpState state = vp.mutableState();
        for (int i = 0; i < COUNT; i++) {
            state.setX(FIRST + i, changed.u64(i * Long.BYTES));
        }
    }
}
