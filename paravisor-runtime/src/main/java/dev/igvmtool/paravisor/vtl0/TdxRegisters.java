package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.tdx.L2EnterGuestState;
import dev.igvmtool.abi.tdx.TdxField;
import dev.igvmtool.abi.tdx.VmcsField;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Registers with which a trust domain starts VTL0 as its partition: some are in the state with which it is entered, the
 * others in fields that the module keeps.
 *
 * @param registers those that differ from reset
 */
public record TdxRegisters(List<RegisterAssociation> registers) {
    /** The partition of VTL0. */
    public static final int PARTITION = 1;

    private static final long RFLAGS_RESET = 2;
    private static final long EFER_LMA = 1 << 10;
    private static final SegmentValue LDTR_RESET = new SegmentValue(0, 0xffff, 0, 0x82);
    private static final SegmentValue TR_RESET = new SegmentValue(0, 0xffff, 0, 0x8b);

    public TdxRegisters {
        registers = List.copyOf(registers);
    }

    /** A field of VTL0 and its value. */
    public record Field(long identifier, long value) {}

    /** Fields to write, in order. MTRRs are not among them: what VTL0 does with those comes to VTL2. */
    public List<Field> fields() {
        List<Field> fields = new ArrayList<>();
        addSegment(fields, SegmentRegister.LDTR, LDTR_RESET);
        addSegment(fields, SegmentRegister.TR, TR_RESET);
        registers.forEach(register -> add(fields, register));
        return fields;
    }

    private static void add(List<Field> fields, RegisterAssociation register) {
        int name = register.name();
        if (name >= RegisterName.ES && name < RegisterName.ES + SegmentRegister.values().length) {
            addSegment(
                    fields,
                    SegmentRegister.values()[name - RegisterName.ES],
                    register.value().segment());
        } else if (!isInGuestState(name) && !Mtrrs.isMtrr(name)) {
            addOther(fields, name, register);
        }
    }

    private static void addOther(List<Field> fields, int name, RegisterAssociation register) {
        long value = register.value().low();
        switch (name) {
            case RegisterName.GDTR ->
                addTable(
                        fields,
                        VmcsField.GDTR_BASE,
                        VmcsField.GDTR_LIMIT,
                        register.value().table());
            case RegisterName.IDTR ->
                addTable(
                        fields,
                        VmcsField.IDTR_BASE,
                        VmcsField.IDTR_LIMIT,
                        register.value().table());
            case RegisterName.CR0 -> add(fields, VmcsField.CR0, value);
            case RegisterName.CR3 -> add(fields, VmcsField.CR3, value);
            case RegisterName.CR4 -> add(fields, VmcsField.CR4, value);
            case RegisterName.PAT -> add(fields, VmcsField.PAT, value);
            case RegisterName.EFER -> {
                add(fields, VmcsField.EFER, value);
                add(fields, VmcsField.ENTRY_CONTROLS, (value & EFER_LMA) != 0 ? VmcsField.ENTRY_LONG_MODE : 0);
            }
            default -> throw new FormatException(String.format("register 0x%08x has no place in a partition", name));
        }
    }

    private static void add(List<Field> fields, int field, long value) {
        fields.add(new Field(TdxField.vmcs(PARTITION, field), value));
    }

    private static void addTable(List<Field> fields, int base, int limit, TableValue value) {
        add(fields, base, value.base());
        add(fields, limit, value.limit());
    }

    private static void addSegment(List<Field> fields, SegmentRegister register, SegmentValue value) {
        add(fields, VmcsField.ofSegment(VmcsField.ES_SELECTOR, register), value.selector());
        add(fields, VmcsField.ofSegment(VmcsField.ES_LIMIT, register), value.limit());
        add(fields, VmcsField.ofSegment(VmcsField.ES_ACCESS_RIGHTS, register), value.attributes());
        add(fields, VmcsField.ofSegment(VmcsField.ES_BASE, register), value.base());
    }

    private static boolean isInGuestState(int name) {
        return name >= RegisterName.RAX && name < RegisterName.RAX + Gpr.values().length
                || name == RegisterName.RIP
                || name == RegisterName.RFLAGS;
    }

    /** Fills the state with which VTL0 is entered. */
    public void fill(L2EnterGuestState state) {
        state.setRflags(RFLAGS_RESET);
        for (RegisterAssociation register : registers) {
            long value = register.value().low();
            if (register.name() == RegisterName.RIP) {
                state.setRip(value);
            } else if (register.name() == RegisterName.RFLAGS) {
                state.setRflags(value);
            } else if (isInGuestState(register.name())) {
                state.set(Gpr.values()[register.name() - RegisterName.RAX], value);
            }
        }
    }
}
