package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.SnpTermination;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import java.util.Optional;

/**
 * Finds out how the guest is isolated, from what the processor and the firmware say, as Linux does ({@code sev.c}
 * and {@code tdx.c} of {@code arch/x86/boot/compressed}).
 */
public final class Detection {
    private static final int SEV_LEAF = 0x8000_001f;
    private static final int SEV_AVAILABLE = 1 << 1;
    private static final int C_BIT_MASK = 0x3f;
    private static final long SEV_STATUS_SNP = SevFeatures.SNP_ACTIVE << 2;
    private static final int TD_LEAF = 0x21;
    private static final int GPA_WIDTH_MASK = 0x3f;
    private static final int SMALLEST_WIDTH = 48;
    private static final int PAGE = 4096;

    private Detection() {}

    /**
     * Detects the platform.
     *
     * @param physical memory by guest physical address
     * @param blob where the boot loader says that the pages of an SNP guest are
     * @throws KernelPanic if what was found does not fit together
     */
    public static Platform detect(Cpu cpu, Memory physical, Optional<CcBlob> blob) {
        if (blob.isPresent()) {
            return snp(cpu, physical, blob.get());
        }
        if (isSnp(cpu)) {
            throw new SnpTermination(
                    SnpTermination.SET_GENERAL,
                    SnpTermination.SNP_UNSUPPORTED,
                    "SNP guest without a confidential computing blob");
        }
        return isTd(cpu) ? td(cpu) : new Platform.Open();
    }

    /** True in an SNP guest, whatever its boot loader says. */
    public static boolean isSnp(Cpu cpu) {
        boolean hasLeaf = Integer.compareUnsigned(cpu.cpuid(0x8000_0000, 0).eax(), SEV_LEAF) >= 0;
        return hasLeaf
                && (cpu.cpuid(SEV_LEAF, 0).eax() & SEV_AVAILABLE) != 0
                && (cpu.readMsr(Msr.SEV_STATUS) & SEV_STATUS_SNP) != 0;
    }

    private static Platform snp(Cpu cpu, Memory physical, CcBlob blob) {
        if (!isSnp(cpu)) {
            throw new SnpTermination(
                    SnpTermination.SET_GENERAL,
                    SnpTermination.SNP_UNSUPPORTED,
                    "confidential computing blob in a guest that is no SNP guest");
        }
        checkPage("secrets", blob.secretsPhys(), blob.secretsLen());
        checkPage("CPUID", blob.cpuidPhys(), blob.cpuidLen());
        CpuidPage cpuid;
        try {
            cpuid = CpuidPage.read(physical.readBytes(blob.cpuidPhys(), CpuidPage.SIZE));
        } catch (FormatException e) {
            throw cpuidFailure(e.getMessage());
        }
        CpuidPage.Entry sev = cpuid.find(SEV_LEAF, 0)
                .filter(entry -> (entry.eax() & SEV_AVAILABLE) != 0)
                .orElseThrow(() -> cpuidFailure("CPUID page says nothing of SEV (leaf 0x8000001f)"));
        return new Platform.Snp(1L << (sev.ebx() & C_BIT_MASK), cpuid);
    }

    private static void checkPage(String name, long gpa, long bytes) {
        if (gpa <= 0 || (gpa & PAGE - 1) != 0 || bytes < PAGE) {
            throw cpuidFailure(String.format(
                    "confidential computing blob has a %s page of 0x%x bytes at 0x%x, expected a whole page",
                    name, bytes, gpa));
        }
    }

    private static SnpTermination cpuidFailure(String message) {
        return new SnpTermination(SnpTermination.SET_LINUX, SnpTermination.LINUX_CPUID, message);
    }

    private static boolean isTd(Cpu cpu) {
        if (Integer.compareUnsigned(cpu.cpuid(0, 0).eax(), TD_LEAF) < 0) {
            return false;
        }
        CpuidResult leaf = cpu.cpuid(TD_LEAF, 0);
        // "Inte" "lTDX" "    "
        return leaf.ebx() == 0x6574_6e49 && leaf.edx() == 0x5844_546c && leaf.ecx() == 0x2020_2020;
    }

    private static Platform td(Cpu cpu) {
        long rcx = cpu.get(Gpr.RCX);
        cpu.set(Gpr.RAX, TdCall.VP_INFO);
        cpu.tdcall();
        if (cpu.get(Gpr.RAX) != TdCall.SUCCESS) {
            throw new KernelPanic(String.format("TDG.VP.INFO fails: 0x%x", cpu.get(Gpr.RAX)));
        }
        int width = (int) cpu.get(Gpr.RCX) & GPA_WIDTH_MASK;
        cpu.set(Gpr.RCX, rcx);
        if (width < SMALLEST_WIDTH) {
            throw new KernelPanic("guest physical addresses of " + width + " bits, expected 48 or 52");
        }
        return new Platform.Td(1L << width - 1);
    }
}
