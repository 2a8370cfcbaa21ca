package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import java.util.List;

/**
 * Makes a save area with which an SNP processor starts VTL0: memory is private below the virtual top, and every access to
 * the platform leaves for VTL2.
 *
 * @param area a cleared page
 */
public record SaveArea(Vmsa area) {
    /** The VMPL of VTL0. */
    public static final int VMPL = 2;

    private static final long FEATURES = SevFeatures.SNP_ACTIVE | SevFeatures.VTOM | SevFeatures.REFLECT_VC;
    private static final long EFER_SVME = 1 << 12;
    private static final long RFLAGS_RESET = 2;
    private static final long DR6_RESET = 0xffff_0ff0L;
    private static final long DR7_RESET = 0x400;
    private static final int MXCSR_RESET = 0x1f80;
    private static final int FCW_RESET = 0x37f;
    private static final long PAT_RESET = 0x0007_0406_0007_0406L;

    /** Fills the area: reset state, then what {@code registers} give. MTRRs have no place there. */
    public void fill(List<RegisterAssociation> registers, int vtomBit) {
        area.setVmpl(VMPL);
        area.set(Vmsa.SEV_FEATURES, FEATURES);
        area.set(Vmsa.VIRTUAL_TOM, 1L << vtomBit);
        area.set(Vmsa.EFER, EFER_SVME);
        area.set(Vmsa.RFLAGS, RFLAGS_RESET);
        area.set(Vmsa.DR6, DR6_RESET);
        area.set(Vmsa.DR7, DR7_RESET);
        area.set(Vmsa.PAT, PAT_RESET);
        area.set(Vmsa.XCR0, 1);
        area.memory().writeU32(area.address() + Vmsa.MXCSR, MXCSR_RESET);
        area.memory().writeU16(area.address() + Vmsa.X87_FCW, FCW_RESET);
        area.setSegment(SegmentRegister.LDTR, new SegmentValue(0, 0xffff, 0, 0x82));
        area.setSegment(SegmentRegister.TR, new SegmentValue(0, 0xffff, 0, 0x8b));
        registers.forEach(this::set);
    }

    private void set(RegisterAssociation register) {
        int name = register.name();
        long value = register.value().low();
        if (name >= RegisterName.RAX && name < RegisterName.RAX + Gpr.values().length) {
            area.set(Gpr.values()[name - RegisterName.RAX], value);
        } else if (name >= RegisterName.ES && name < RegisterName.ES + SegmentRegister.values().length) {
            SegmentRegister segment = SegmentRegister.values()[name - RegisterName.ES];
            area.setSegment(segment, register.value().segment());
        } else if (!Mtrrs.isMtrr(name)) {
            setOther(name, register);
        }
    }

    private void setOther(int name, RegisterAssociation register) {
        long value = register.value().low();
        switch (name) {
            case RegisterName.GDTR -> area.setTable(Vmsa.GDTR, register.value().table());
            case RegisterName.IDTR -> area.setTable(Vmsa.IDTR, register.value().table());
            case RegisterName.RIP -> area.set(Vmsa.RIP, value);
            case RegisterName.RFLAGS -> area.set(Vmsa.RFLAGS, value);
            case RegisterName.CR0 -> area.set(Vmsa.CR0, value);
            case RegisterName.CR3 -> area.set(Vmsa.CR3, value);
            case RegisterName.CR4 -> area.set(Vmsa.CR4, value);
            case RegisterName.EFER -> area.set(Vmsa.EFER, value | EFER_SVME);
            case RegisterName.PAT -> area.set(Vmsa.PAT, value);
            default -> throw new FormatException(String.format("register 0x%08x has no place in a save area", name));
        }
    }
}
