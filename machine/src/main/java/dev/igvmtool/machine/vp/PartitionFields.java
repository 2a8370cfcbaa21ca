package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.tdx.VmcsField;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import java.util.OptionalLong;

/**
 * Registers of a partition of a TD as fields of its VMCS. A segment that is not there has no attributes: bit 16 of its
 * access rights is kept apart in real processors only.
 */
final class PartitionFields {
    private static final int SEGMENTS = SegmentRegister.values().length;
    private static final long EFER_LMA = 1 << 10;
    private static final int STI_SHADOW = 1;

    private PartitionFields() {}

    /** The value of a field, empty if a partition has none of that encoding. */
    static OptionalLong read(VtlState vtl, int field) {
        int segment = segmentOf(field);
        if (segment >= 0) {
            SegmentValue value = vtl.segment(SegmentRegister.values()[segment]);
            return OptionalLong.of(
                    switch (field - 2 * segment) {
                        case VmcsField.ES_SELECTOR -> value.selector();
                        case VmcsField.ES_LIMIT -> value.limit();
                        case VmcsField.ES_ACCESS_RIGHTS ->
                            value.attributes() == 0 ? VmcsField.UNUSABLE : value.attributes();
                        default -> value.base();
                    });
        }
        return switch (field) {
            case VmcsField.VIRTUAL_APIC_PAGE -> OptionalLong.of(vtl.virtualApic);
            case VmcsField.PAT -> OptionalLong.of(vtl.pat);
            case VmcsField.EFER -> OptionalLong.of(vtl.efer);
            case VmcsField.ENTRY_CONTROLS ->
                OptionalLong.of((vtl.efer & EFER_LMA) != 0 ? VmcsField.ENTRY_LONG_MODE : 0);
            case VmcsField.INTERRUPTIBILITY -> OptionalLong.of(vtl.interruptShadow ? STI_SHADOW : 0);
            case VmcsField.CR0 -> OptionalLong.of(vtl.cr0);
            case VmcsField.CR3 -> OptionalLong.of(vtl.cr3);
            case VmcsField.CR4 -> OptionalLong.of(vtl.cr4);
            case VmcsField.DR7 -> OptionalLong.of(vtl.dr7);
            case VmcsField.GDTR_BASE -> OptionalLong.of(vtl.gdtr.base());
            case VmcsField.GDTR_LIMIT -> OptionalLong.of(vtl.gdtr.limit());
            case VmcsField.IDTR_BASE -> OptionalLong.of(vtl.idtr.base());
            case VmcsField.IDTR_LIMIT -> OptionalLong.of(vtl.idtr.limit());
            default -> OptionalLong.empty();
        };
    }

    /** Sets a field that {@link #read} knows; false if it cannot have the value. */
    static boolean write(VtlState vtl, int field, long value) {
        int bytes = VmcsField.sizeBytes(field);
        if (bytes < Long.BYTES && value >>> 8 * bytes != 0) {
            return false;
        }
        int segment = segmentOf(field);
        if (segment >= 0) {
            writeSegment(vtl, SegmentRegister.values()[segment], field - 2 * segment, value);
            return true;
        }
        switch (field) {
            case VmcsField.VIRTUAL_APIC_PAGE -> vtl.virtualApic = value;
            case VmcsField.PAT -> vtl.pat = value;
            case VmcsField.EFER -> vtl.efer = value;
            case VmcsField.ENTRY_CONTROLS -> {
                if ((value & ~VmcsField.ENTRY_LONG_MODE) != 0) {
                    return false;
                }
                vtl.efer = vtl.efer & ~EFER_LMA | (value != 0 ? EFER_LMA : 0);
            }
            case VmcsField.INTERRUPTIBILITY -> vtl.interruptShadow = (value & STI_SHADOW) != 0;
            case VmcsField.CR0 -> vtl.cr0 = value;
            case VmcsField.CR3 -> vtl.cr3 = value;
            case VmcsField.CR4 -> vtl.cr4 = value;
            case VmcsField.DR7 -> vtl.dr7 = value;
            default -> writeTable(vtl, field, value);
        }
        return true;
    }

    private static void writeTable(VtlState vtl, int field, long value) {
        switch (field) {
            case VmcsField.GDTR_BASE -> vtl.gdtr = new TableValue(vtl.gdtr.limit(), value);
            case VmcsField.GDTR_LIMIT -> vtl.gdtr = new TableValue((int) value & 0xffff, vtl.gdtr.base());
            case VmcsField.IDTR_BASE -> vtl.idtr = new TableValue(vtl.idtr.limit(), value);
            case VmcsField.IDTR_LIMIT -> vtl.idtr = new TableValue((int) value & 0xffff, vtl.idtr.base());
            default -> throw new IllegalArgumentException(String.format("field 0x%x cannot be read either", field));
        }
    }

    private static void writeSegment(VtlState vtl, SegmentRegister register, int esField, long value) {
        SegmentValue old = vtl.segment(register);
        vtl.setSegment(
                register,
                switch (esField) {
                    case VmcsField.ES_SELECTOR ->
                        new SegmentValue(old.base(), old.limit(), (int) value, old.attributes());
                    case VmcsField.ES_LIMIT -> new SegmentValue(old.base(), value, old.selector(), old.attributes());
                    case VmcsField.ES_ACCESS_RIGHTS ->
                        new SegmentValue(
                                old.base(),
                                old.limit(),
                                old.selector(),
                                (value & VmcsField.UNUSABLE) != 0 ? 0 : (int) value & 0xffff);
                    default -> new SegmentValue(value, old.limit(), old.selector(), old.attributes());
                });
    }

    /** The segment register that a field describes, -1 if none. */
    private static int segmentOf(int field) {
        for (int first :
                new int[] {VmcsField.ES_SELECTOR, VmcsField.ES_LIMIT, VmcsField.ES_ACCESS_RIGHTS, VmcsField.ES_BASE}) {
            int distance = field - first;
            if (distance >= 0 && distance < 2 * SEGMENTS && distance % 2 == 0) {
                return distance / 2;
            }
        }
        return -1;
    }
}
