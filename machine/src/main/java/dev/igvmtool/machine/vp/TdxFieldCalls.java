package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.TdxField;
import dev.igvmtool.abi.tdx.VmcsField;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.partition.Partition;
import java.util.OptionalLong;

/** Leaves of TDCALL for metadata fields: RDX names the field, R8 has its value. */
final class TdxFieldCalls {
    private final Vp vp;
    private final Partition partition;

    TdxFieldCalls(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /** TDG.VM.RD. */
    long readTd() {
        long field = vp.get(Gpr.RDX);
        if (field != TdxField.CONFIG_FLAGS) {
            vp.set(Gpr.R8, 0);
            return TdCall.invalid(TdCall.OPERAND_RDX);
        }
        long value = partition.config().tdConfigFlags();
        vp.set(Gpr.R8, value);
        if (partition.observed()) {
            partition.emit(new MachineEvent.TdRead(vp.index(), vp.vtl(), field, value));
        }
        return TdCall.SUCCESS;
    }

    /** The VTL to whose VMCS the field of RDX belongs, -1 if it is no such field. */
    private int vtl() {
        int vtl = TdxInstructions.vtlOf(partition, TdxField.vmcsPartition(vp.get(Gpr.RDX)));
        return vtl >= 0 && vp.state().hasVtl(vtl) ? vtl : -1;
    }

    private OptionalLong value(int vtl) {
        return vtl < 0
                ? OptionalLong.empty()
                : PartitionFields.read(vp.state().vtl(vtl), TdxField.code(vp.get(Gpr.RDX)));
    }

    private long unknown() {
        vp.set(Gpr.R8, 0);
        return TdCall.FIELD_INCORRECT;
    }

    /** TDG.VP.RD: a field of this VP. */
    long readVp() {
        OptionalLong value = value(vtl());
        if (value.isEmpty()) {
            return unknown();
        }
        vp.set(Gpr.R8, value.getAsLong());
        return TdCall.SUCCESS;
    }

    /** TDG.VP.WR: those bits of a field of this VP that R9 names; R8 has its former value afterwards. */
    long writeVp() {
        int vtl = vtl();
        OptionalLong former = value(vtl);
        if (former.isEmpty()) {
            return unknown();
        }
        int code = TdxField.code(vp.get(Gpr.RDX));
        long mask = vp.get(Gpr.R9);
        long next = former.getAsLong() & ~mask | vp.get(Gpr.R8) & mask;
        if (code == VmcsField.VIRTUAL_APIC_PAGE && !TdxInstructions.isPrivatePage(partition, next)
                || !PartitionFields.write(vp.mutableState().vtl(vtl), code, next)) {
            return TdCall.invalid(TdCall.OPERAND_R8);
        }
        vp.set(Gpr.R8, former.getAsLong());
        return TdCall.SUCCESS;
    }
}
