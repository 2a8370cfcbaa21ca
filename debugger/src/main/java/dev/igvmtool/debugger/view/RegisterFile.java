package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The registers of a VP by the names that people use, in groups. */
public final class RegisterFile {
    private static final Map<String, Register> BY_NAME = new TreeMap<>();
    private static final List<Register> ALL = makeAll();

    static {
        ALL.forEach(register -> BY_NAME.put(register.name, register));
    }

    /** Groups in the order in which they are shown. */
    public enum Group {
        GENERAL,
        CONTROL,
        SEGMENTS,
        SYSTEM,
        HYPERVISOR
    }

    /** How a value is shown. */
    private enum Shape {
        NUMBER,
        SEGMENT,
        TABLE
    }

    /**
     * One register.
     *
     * @param name in lower case
     * @param hvName of {@link RegisterName}
     */
    public record Register(String name, int hvName, Group group, boolean wide) {
        private Shape shape() {
            if (!wide) {
                return Shape.NUMBER;
            }
            return group == Group.SEGMENTS ? Shape.SEGMENT : Shape.TABLE;
        }

        /** The value in a VTL of a VP. */
        public RegisterValue value(Vp vp, int vtl) {
            return VpRegisters.get(vp, vtl, hvName)
                    .orElseThrow(() -> new IllegalStateException("register " + name + " is unknown to the machine"));
        }

        /** The value as text. */
        public String text(Vp vp, int vtl) {
            RegisterValue value = value(vp, vtl);
            return switch (shape()) {
                case NUMBER -> String.format("0x%x", value.low());
                case SEGMENT ->
                    String.format(
                            "%04x base 0x%x limit 0x%x attributes 0x%04x",
                            value.segment().selector(),
                            value.segment().base(),
                            value.segment().limit(),
                            value.segment().attributes());
                case TABLE ->
                    String.format(
                            "base 0x%x limit 0x%x",
                            value.table().base(), value.table().limit());
            };
        }
    }

    private RegisterFile() {}

    /** All registers, by group. */
    public static List<Register> all() {
        return ALL;
    }

    /** The register of a name, in any case. */
    public static Optional<Register> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
    }

    private static List<Register> makeAll() {
        List<Register> all = new ArrayList<>();
        for (Gpr gpr : Gpr.values()) {
            all.add(new Register(
                    gpr.name().toLowerCase(Locale.ROOT), RegisterName.RAX + gpr.ordinal(), Group.GENERAL, false));
        }
        number(all, Group.GENERAL, "rip", RegisterName.RIP);
        number(all, Group.GENERAL, "rflags", RegisterName.RFLAGS);
        number(all, Group.CONTROL, "cr0", RegisterName.CR0);
        number(all, Group.CONTROL, "cr2", RegisterName.CR2);
        number(all, Group.CONTROL, "cr3", RegisterName.CR3);
        number(all, Group.CONTROL, "cr4", RegisterName.CR4);
        number(all, Group.CONTROL, "cr8", RegisterName.CR8);
        number(all, Group.CONTROL, "efer", RegisterName.EFER);
        for (SegmentRegister segment : SegmentRegister.values()) {
            all.add(new Register(
                    segment.name().toLowerCase(Locale.ROOT),
                    RegisterName.ES + segment.ordinal(),
                    Group.SEGMENTS,
                    true));
        }
        all.add(new Register("gdtr", RegisterName.GDTR, Group.SYSTEM, true));
        all.add(new Register("idtr", RegisterName.IDTR, Group.SYSTEM, true));
        number(all, Group.SYSTEM, "kernel_gs_base", RegisterName.KERNEL_GS_BASE);
        number(all, Group.SYSTEM, "apic_base", RegisterName.APIC_BASE);
        number(all, Group.SYSTEM, "pat", RegisterName.PAT);
        number(all, Group.SYSTEM, "star", RegisterName.STAR);
        number(all, Group.SYSTEM, "lstar", RegisterName.LSTAR);
        number(all, Group.SYSTEM, "cstar", RegisterName.CSTAR);
        number(all, Group.SYSTEM, "sfmask", RegisterName.SFMASK);
        number(all, Group.SYSTEM, "tsc_aux", RegisterName.TSC_AUX);
        for (int i = 0; i < 4; i++) {
            number(all, Group.SYSTEM, "dr" + i, RegisterName.DR0 + i);
        }
        number(all, Group.SYSTEM, "dr6", RegisterName.DR6);
        number(all, Group.SYSTEM, "dr7", RegisterName.DR7);
        number(all, Group.HYPERVISOR, "guest_os_id", RegisterName.GUEST_OS_ID);
        number(all, Group.HYPERVISOR, "hypercall", RegisterName.HYPERCALL);
        number(all, Group.HYPERVISOR, "vp_assist_page", RegisterName.VP_ASSIST_PAGE);
        number(all, Group.HYPERVISOR, "scontrol", RegisterName.SCONTROL);
        number(all, Group.HYPERVISOR, "siefp", RegisterName.SIEFP);
        number(all, Group.HYPERVISOR, "simp", RegisterName.SIMP);
        return List.copyOf(all);
    }

    private static void number(List<Register> all, Group group, String name, int hvName) {
        all.add(new Register(name, hvName, group, false));
    }
}
