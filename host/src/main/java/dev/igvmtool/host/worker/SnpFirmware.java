package dev.igvmtool.host.worker;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.SecretsPage;
import dev.igvmtool.host.loader.Acceptance;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.host.loader.PageImport;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.bus.CpuidTable;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.memory.Encryption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What the firmware of an SNP platform does with the special pages of a launch (SEV-SNP firmware ABI,
 * SNP_LAUNCH_UPDATE): it fills the secrets page and the CPUID page, and marks the save areas.
 */
final class SnpFirmware {
    private static final int KEYS_BYTES = 4 * SecretsPage.KEY_BYTES;
    private static final int EXTENDED = 0x8000_0000;
    /** The leaf with more than one subleaf that says something. */
    private static final int TOPOLOGY = 0xb;

    private SnpFirmware() {}

    /** Does it all; on other platforms nothing. */
    static void launch(LoadPlan plan, Machine machine, int vtl, long seed) {
        if (machine.partition().memory().encryption() != Encryption.SNP) {
            return;
        }
        Bytes cpuid = new CpuidPage(leaves(machine.partition().cpuid())).toBytes();
        for (PageImport pages : plan.imports()) {
            long gpa = pages.gpa();
            if (pages.acceptance() == Acceptance.CPUID) {
                machine.physicalMemory().writeBytes(gpa, cpuid);
            } else if (pages.acceptance() == Acceptance.SECRETS) {
                machine.physicalMemory().writeBytes(gpa, secrets(seed));
            } else if (pages.acceptance() == Acceptance.VP_CONTEXT
                    && machine.physicalMemory().isRam(gpa)) {
                machine.partition().state().saveAreas.add(gpa);
                machine.vp(0).mutableState().vtl(vtl).vmsa = gpa;
            }
        }
    }

    /** The leaves of the processor. Those of the hypervisor are for the host to tell. */
    private static List<CpuidPage.Entry> leaves(CpuidTable table) {
        List<CpuidPage.Entry> entries = new ArrayList<>();
        for (int base : new int[] {0, EXTENDED}) {
            int last = table.query(base, 0, 0).eax();
            for (int leaf = base; Integer.compareUnsigned(leaf, last) <= 0; leaf++) {
                int subleaves = leaf == TOPOLOGY ? 2 : 1;
                for (int subleaf = 0; subleaf < subleaves; subleaf++) {
                    CpuidResult result = table.query(leaf, subleaf, 0);
                    if (!result.equals(CpuidResult.NONE)) {
                        entries.add(new CpuidPage.Entry(
                                leaf, subleaf, result.eax(), result.ebx(), result.ecx(), result.edx()));
                    }
                }
            }
        }
        return entries;
    }

    private static Bytes secrets(long seed) {
        byte[] keys = new byte[KEYS_BYTES];
        // Another stream than that of the entropy that the host tells.
        new SplittableRandom(~seed).nextBytes(keys);
        return new ByteWriter()
                .u32(SecretsPage.VERSION)
                .zeros(SecretsPage.KEYS - Integer.BYTES)
                .bytes(Bytes.wrap(keys))
                .toBytes()
                .paddedTo(SecretsPage.SIZE);
    }
}
