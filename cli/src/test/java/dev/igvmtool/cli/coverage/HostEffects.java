package dev.igvmtool.cli.coverage;

import static dev.igvmtool.cli.coverage.Expectation.stands;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.paravisor.ReservedRegion;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.vp.RunState;
import java.util.ArrayList;
import java.util.List;

/** What the host does to the guest before its first step. */
final class HostEffects {
    static final long NEW_BASE = 0x2000_0000L;
    private static final String HOST_TEXT = "said=by-the-host";
    private static final Bytes SLIT = Bytes.utf8("SLIT, or what stands for it");

    /** EFER of a save area is at this offset. */
    private static final int VMSA_EFER = 0xd0;

    /** NXE, LME, LMA and SVME. */
    private static final long SNP_EFER = 0x1d00;

    private HostEffects() {}

    static void configure(VmConfigBuilder builder) {
        builder.commandLine(HOST_TEXT).slit(SLIT);
    }

    static List<Expectation> expected(Isolation isolation) {
        List<Expectation> all = new ArrayList<>(List.of(
                stands(
                        "H01",
                        "the boot processor is in VTL2, the highest of the platform",
                        guest -> guest.boot().vtl() == 2),
                stands(
                        "H03",
                        "VTL2's memory is where the file says",
                        guest -> guest.at(guest.params().memoryStartOffset())
                                == guest.vm().plan().vtl2Base().orElseThrow()),
                stands("H04", "VTL2's memory is RAM", HostEffects::memoryIsRam),
                stands("H05", "the measured command line is in memory", guest -> guest.memory()
                        .read(CommandLinePage.CODEC, guest.at(guest.params().commandLineOffset()))
                        .text()
                        .toUtf8()
                        .contains("OPENHCL_BOOT_LOG=")),
                stands("H06", "the tree has the processors and the host's text", HostEffects::treeIsFilled),
                stands("H07", "the SLIT is on its page", guest -> guest.memory()
                        .readBytes(guest.parameterPage(ParameterRegion.SLIT_PAGE), SLIT.size())
                        .equals(SLIT)),
                stands("H08", "CR3 leads to tables that map the entry", HostEffects::entryIsMapped),
                stands(
                        "H10",
                        "the boot processor runs at the shim's entry",
                        guest -> guest.boot().runState() == RunState.RUNNING
                                && guest.registers().rip == guest.at(Guest.ENTRY))));
        if (isolation == Isolation.SNP) {
            all.add(stands(
                    "H02",
                    "the save area has the processor's EFER",
                    guest -> guest.memory().readU64(vmsa(guest) + VMSA_EFER) == SNP_EFER));
        }
        return all;
    }

    /** After a move, the new tables map the shim at its new place. */
    static Expectation moved() {
        return stands(
                "H09",
                "the image and its page tables have moved",
                guest -> guest.at(guest.params().memoryStartOffset()) == NEW_BASE
                        && guest.registers().cr3 >= NEW_BASE
                        && entryIsMapped(guest));
    }

    private static long vmsa(Guest guest) {
        return guest.at(guest.params().vtl2ReservedRegionOffset()) + (long) ReservedRegion.VMSA_PAGE * Guest.PAGE;
    }

    private static boolean memoryIsRam(Guest guest) {
        long start = guest.at(guest.params().memoryStartOffset());
        for (long at = start; at < start + guest.params().memorySize(); at += Guest.PAGE) {
            if (!guest.memory().isRam(at)) {
                return false;
            }
        }
        return true;
    }

    private static boolean treeIsFilled(Guest guest) {
        HostTree tree = HostTree.parse(
                guest.memory().readBytes(guest.deviceTree(), ParameterRegion.DEVICE_TREE_PAGE_COUNT * Guest.PAGE));
        return tree.cpus().size() == Scenario.VPS && tree.commandLine().equals(HOST_TEXT);
    }

    private static boolean entryIsMapped(Guest guest) {
        long entry = guest.at(Guest.ENTRY);
        PageTableEntry leaf = new PageTableEntry(guest.memory().readU64(guest.entryOf(entry)));
        long size = leaf.large() ? 2 << 20 : Guest.PAGE;
        return leaf.present() && (leaf.address() & 0x7fff_ffff_f000L & -size) == (entry & -size);
    }
}
