package dev.igvmtool.measurement;

import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.VpContext;
import java.util.ArrayList;
import java.util.List;

/** What a file must keep to if KVM is to measure what the file says: {@code igvmmeasure --check-kvm}. */
public final class KvmRules {
    /** Where KVM says that every VMSA lies. */
    static final long VMSA_GPA = 0xffff_ffff_f000L;

    private static final long CR0_PROTECTED = 0x31;
    private static final long CR0_REAL = 0x30;

    private KvmRules() {}

    /** What is against the rules; nothing for a file that KVM can launch. */
    public static List<String> violations(IgvmFile file) {
        List<String> violations = new ArrayList<>();
        int vmsas = 0;
        for (Directive directive : file.directives()) {
            if (directive instanceof VpContext context && DirectiveWalk.isVmsa(file, context)) {
                vmsas++;
                if (vmsas == 2) {
                    violations.add("more than one VMSA; KVM takes one and makes the others");
                }
                check(context, violations);
            } else if (directive instanceof ParameterInsert insert && vmsas > 0) {
                violations.add(String.format(
                        "parameter area %d is inserted at GPA 0x%x after a VMSA; KVM launches VMSAs last",
                        insert.parameterAreaIndex(), insert.gpa()));
            }
        }
        return violations;
    }

    private static void check(VpContext context, List<String> violations) {
        if (context.gpa() != VMSA_GPA) {
            violations.add(String.format("VMSA at GPA 0x%x, expected 0x%x", context.gpa(), VMSA_GPA));
        }
        long cr0 = context.content().paddedTo(PageData.PAGE_SIZE).u64(Vmsa.CR0);
        if (cr0 != CR0_PROTECTED && cr0 != CR0_REAL) {
            violations.add(String.format("CR0 0x%x in the VMSA, expected 0x%x or 0x%x", cr0, CR0_PROTECTED, CR0_REAL));
        }
    }
}
