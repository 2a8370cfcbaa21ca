package dev.igvmtool.builder.emit;

import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import java.util.List;

/** A list of registers, for VBS and without isolation. */
final class VbsContextBuilder implements VpContextBuilder {
    private final int vtl;

    VbsContextBuilder(int vtl) {
        this.vtl = vtl;
    }

    @Override
    public void finish(List<VbsRegister> registers, IgvmSink sink) {
        if (!registers.isEmpty()) {
            sink.addVpContext(0, new VbsVpContext(vtl, registers).toBytes());
        }
    }
}
