package dev.igvmtool.abi.snp;

import dev.igvmtool.abi.binary.StructLayout;
import dev.igvmtool.abi.binary.StructLayout.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code VMSA}, the state save area of a processor of an SNP guest, one page. Specification: AMD64 Architecture
 * Programmer's Manual, volume 2, appendix B, table B-4.
 */
public final class SevVmsa {
    /** Bytes of the page. */
    public static final int SIZE = 0x1000;

    /** A segment register: selector, attributes (access byte and flags, 12 bits), limit, base. */
    private static final StructLayout SEGMENT = new StructLayout(
            "vmcb_seg",
            16,
            List.of(
                    Field.integer("selector", 0, 2),
                    Field.integer("attrib", 2, 2),
                    Field.integer("limit", 4, 4),
                    Field.integer("base", 8, 8)));

    /** Where the registers lie; what is reserved, or holds floating-point state, has no name. */
    public static final StructLayout LAYOUT = layout();

    private SevVmsa() {}

    private static StructLayout layout() {
        List<Field> fields = new ArrayList<>();
        List<String> segments = List.of("es", "cs", "ss", "ds", "fs", "gs", "gdtr", "ldtr", "idtr", "tr");
        for (int i = 0; i < segments.size(); i++) {
            fields.add(Field.structure(segments.get(i), i * SEGMENT.sizeBytes(), SEGMENT));
        }
        fields.addAll(List.of(
                Field.integer("pl0_ssp", 0x0a0, 8),
                Field.integer("pl1_ssp", 0x0a8, 8),
                Field.integer("pl2_ssp", 0x0b0, 8),
                Field.integer("pl3_ssp", 0x0b8, 8),
                Field.integer("vmpl", 0x0ca, 1),
                Field.integer("cpl", 0x0cb, 1),
                Field.integer("efer", 0x0d0, 8),
                Field.integer("xss", 0x140, 8),
                Field.integer("cr4", 0x148, 8),
                Field.integer("cr3", 0x150, 8),
                Field.integer("cr0", 0x158, 8),
                Field.integer("dr7", 0x160, 8),
                Field.integer("dr6", 0x168, 8),
                Field.integer("rflags", 0x170, 8),
                Field.integer("rip", 0x178, 8),
                Field.integer("dr0", 0x180, 8),
                Field.integer("dr1", 0x188, 8),
                Field.integer("dr2", 0x190, 8),
                Field.integer("dr3", 0x198, 8),
                Field.integer("dr0_addr_mask", 0x1a0, 8),
                Field.integer("dr1_addr_mask", 0x1a8, 8),
                Field.integer("dr2_addr_mask", 0x1b0, 8),
                Field.integer("dr3_addr_mask", 0x1b8, 8),
                Field.integer("rsp", 0x1d8, 8),
                Field.integer("s_cet", 0x1e0, 8),
                Field.integer("ssp", 0x1e8, 8),
                Field.integer("interrupt_ssp_table_addr", 0x1f0, 8),
                Field.integer("rax", 0x1f8, 8),
                Field.integer("star", 0x200, 8),
                Field.integer("lstar", 0x208, 8),
                Field.integer("cstar", 0x210, 8),
                Field.integer("sfmask", 0x218, 8),
                Field.integer("kernel_gs_base", 0x220, 8),
                Field.integer("sysenter_cs", 0x228, 8),
                Field.integer("sysenter_esp", 0x230, 8),
                Field.integer("sysenter_eip", 0x238, 8),
                Field.integer("cr2", 0x240, 8),
                Field.integer("g_pat", 0x268, 8),
                Field.integer("debugctl", 0x270, 8),
                Field.integer("pkru", 0x2e8, 4),
                Field.integer("tsc_aux", 0x2ec, 4),
                Field.integer("guest_tsc_scale", 0x2f0, 8),
                Field.integer("guest_tsc_offset", 0x2f8, 8),
                Field.integer("reg_prot_nonce", 0x300, 8),
                Field.integer("rcx", 0x308, 8),
                Field.integer("rdx", 0x310, 8),
                Field.integer("rbx", 0x318, 8),
                Field.integer("secure_avic_ctl", 0x320, 8),
                Field.integer("rbp", 0x328, 8),
                Field.integer("rsi", 0x330, 8),
                Field.integer("rdi", 0x338, 8),
                Field.integer("r8", 0x340, 8),
                Field.integer("r9", 0x348, 8),
                Field.integer("r10", 0x350, 8),
                Field.integer("r11", 0x358, 8),
                Field.integer("r12", 0x360, 8),
                Field.integer("r13", 0x368, 8),
                Field.integer("r14", 0x370, 8),
                Field.integer("r15", 0x378, 8),
                Field.integer("guest_exit_info_1", 0x390, 8),
                Field.integer("guest_exit_info_2", 0x398, 8),
                Field.integer("guest_exit_int_info", 0x3a0, 8),
                Field.integer("guest_nrip", 0x3a8, 8),
                Field.integer("sev_features", 0x3b0, 8),
                Field.integer("vintr_ctrl", 0x3b8, 8),
                Field.integer("guest_exit_code", 0x3c0, 8),
                Field.integer("virtual_tom", 0x3c8, 8),
                Field.integer("tlb_id", 0x3d0, 8),
                Field.integer("pcpu_id", 0x3d8, 8),
                Field.integer("event_inj", 0x3e0, 8),
                Field.integer("xcr0", 0x3e8, 8),
                Field.integer("x87_dp", 0x400, 8),
                Field.integer("mxcsr", 0x408, 4),
                Field.integer("x87_ftw", 0x40c, 2),
                Field.integer("x87_fsw", 0x40e, 2),
                Field.integer("x87_fcw", 0x410, 2),
                Field.integer("x87_fop", 0x412, 2),
                Field.integer("x87_ds", 0x414, 2),
                Field.integer("x87_cs", 0x416, 2),
                Field.integer("x87_rip", 0x418, 8)));
        return new StructLayout("VMSA", SIZE, fields);
    }
}
