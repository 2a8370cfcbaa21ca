package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.vp.RunState;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The kernel's start in an SNP guest. */
class SnpKernelTest {
    private static final int LIMIT = 50_000;
    private static final int CRASH_CTL = 5;

    private static KernelMachine.Builder snp() {
        return KernelMachine.builder().isolation(Isolation.SNP);
    }

    private static String log(KernelMachine kernel) {
        return KernelMessages.of(
                kernel.machine
                        .partition()
                        .state()
                        .keptBy(new KernelStub().number())
                        .orElseThrow(),
                kernel.machine.physicalMemory());
    }

    @Test
    void startsProcessorsWithSaveAreas() {
        KernelMachine kernel = snp().vps(3).build();
        assertEquals(StopReason.IDLE, kernel.machine.run(LIMIT), kernel::trouble);

        String log = log(kernel);
        assertTrue(log.contains("GHCB protocol 2, hypervisor features 0x23"), log);
        assertTrue(log.contains("smp: Brought up 3 of 3 CPUs"), log);
        assertTrue(log.contains("Kernel panic - not syncing: No working init found"), log);
        for (int vp = 1; vp < 3; vp++) {
            assertEquals(2, kernel.machine.vp(vp).vtl());
            assertEquals(RunState.HALTED, kernel.machine.vp(vp).runState());
            long area = kernel.machine.vp(vp).state().active().vmsa;
            assertTrue(kernel.machine.partition().state().saveAreas.contains(area));
        }
        assertEquals(3, kernel.machine.partition().state().saveAreas.size());
    }

    @Test
    void theConsoleShowsWhatWasLoggedBeforeItCouldBeReached() {
        KernelMachine kernel = snp().build();
        kernel.machine.run(LIMIT);

        String console = kernel.console.text().toUtf8();
        List<String> lines = console.lines()
                .map(line -> line.replaceFirst("^<\\d+>\\[[^]]*] ", ""))
                .toList();
        assertEquals("Linux version 6.6.0 (kernel-stub)", lines.get(0));
        assertEquals(lines.size(), lines.stream().distinct().count(), console);
        assertTrue(console.contains("Kernel panic"), console);
    }

    @Test
    void onlyTheExchangePagesAreShared() {
        KernelMachine kernel = snp().vps(2).build();
        kernel.machine.run(LIMIT);

        List<Long> shared = LongStream.range(0, KernelMachine.RAM_END >>> 12)
                .filter(page -> kernel.machine.partition().memory().pageState(page) == PageState.SHARED)
                .boxed()
                .toList();
        assertEquals(4, shared.size());
        for (int vp = 0; vp < 2; vp++) {
            assertTrue(shared.contains(kernel.machine.vp(vp).state().registeredGhcb >>> 12));
            assertEquals(1L << 51, kernel.machine.vp(vp).state().active().cr3 & 1L << 51);
        }
    }

    @Test
    void aPanicIsToldByTheCrashRegistersWithoutText() {
        KernelMachine kernel = snp().build();
        kernel.machine.run(LIMIT);

        long[] crash = kernel.machine.partition().state().crash;
        assertEquals(1L << 63, crash[PartitionState.crashIndex(2, CRASH_CTL)]);
        assertEquals(0, crash[PartitionState.crashIndex(2, 3)]);
    }

    private static void assertTerminates(KernelMachine kernel, int set, int reason, String message) {
        assertEquals(StopReason.VP_STOPPED, kernel.machine.run(LIMIT), kernel::trouble);
        assertEquals(
                String.format("the guest asked for its end: set %d, reason 0x%x", set, reason),
                kernel.machine.vp(0).stopReason());
        String log = log(kernel);
        assertTrue(log.endsWith("Kernel panic - not syncing: " + message + "\n"), log);
    }

    @Test
    void needsItsBlob() {
        KernelMachine kernel = snp().build();
        kernel.machine.physicalMemory().write(SetupData.CODEC, KernelMachine.CC_BLOB_ELEMENT, new SetupData(0, 3, 32));

        assertTerminates(kernel, 0, 2, "SNP guest without a confidential computing blob");
    }

    @Test
    void needsAWholeSecretsPage() {
        KernelMachine kernel = snp().build();
        kernel.machine
                .physicalMemory()
                .write(CcBlob.CODEC, KernelMachine.CC_BLOB, new CcBlob(0, KernelMachine.CPUID_PAGE));

        assertTerminates(
                kernel,
                1,
                4,
                "confidential computing blob has a secrets page of 0x1000 bytes at 0x0, expected a whole page");
    }

    @Test
    void doesNotTakeACpuidPageWithTooManyLeaves() {
        KernelMachine kernel = snp().build();
        CpuidPage.Entry entry = kernel.cpuidPage(0x8000_001f).entries().get(0);
        kernel.machine
                .physicalMemory()
                .writeBytes(KernelMachine.CPUID_PAGE, new CpuidPage(Collections.nCopies(64, entry)).toBytes());
        kernel.machine.physicalMemory().writeU32(KernelMachine.CPUID_PAGE, 65);

        assertTerminates(kernel, 1, 4, "CPUID page says 65 leaves, expected at most 64");
    }

    @Test
    void doesNotTakeACpuidPageWithoutSev() {
        KernelMachine kernel = snp().build();
        kernel.machine
                .physicalMemory()
                .writeBytes(KernelMachine.CPUID_PAGE, kernel.cpuidPage(0, 1).toBytes());

        assertTerminates(kernel, 1, 4, "CPUID page says nothing of SEV (leaf 0x8000001f)");
    }

    /** A host that answers one request of the MSR protocol with something else. */
    private record Liar(int request, long answer) implements HostConduct {
        @Override
        public long ghcb(long asked, long truth) {
            return GhcbMsr.info(asked) == request ? answer : truth;
        }
    }

    @Test
    void doesNotSpeakAnotherProtocol() {
        KernelMachine kernel = snp().conduct(new Liar(GhcbMsr.SEV_INFO_REQUEST, 0x0001_0001_3300_0001L))
                .build();

        assertTerminates(kernel, 0, 1, "the hypervisor offers GHCB protocols 1 to 1, expected 2");
    }

    @Test
    void needsProcessorsThatItCanCreate() {
        KernelMachine kernel = snp().conduct(new Liar(GhcbMsr.HYPERVISOR_FEATURES_REQUEST, 0x1_081L))
                .build();

        assertTerminates(kernel, 0, 2, "the hypervisor lacks GHCB features 0x2 of SNP guests");
    }

    @Test
    void endsIfPagesAreNotShared() {
        KernelMachine kernel = snp().conduct(new Liar(GhcbMsr.PAGE_STATE_REQUEST, 1L << 32 | 0x015))
                .build();

        assertEquals(StopReason.VP_STOPPED, kernel.machine.run(LIMIT), kernel::trouble);
        assertEquals(
                "the guest asked for its end: set 1, reason 0x1",
                kernel.machine.vp(0).stopReason());
    }

    @Test
    void endsIfItsPageIsNotRegistered() {
        KernelMachine kernel = snp().conduct(new Liar(GhcbMsr.REGISTER_GPA_REQUEST, -1L << 12 | 0x013))
                .build();

        assertEquals(StopReason.VP_STOPPED, kernel.machine.run(LIMIT), kernel::trouble);
        assertEquals(
                "the guest asked for its end: set 1, reason 0x0",
                kernel.machine.vp(0).stopReason());
    }

    @Test
    void aBlobElsewhereIsRefusedToo() {
        KernelMachine kernel = KernelMachine.builder().build();
        KernelMachine donor = snp().build();
        for (long page : new long[] {KernelMachine.CC_BLOB, KernelMachine.CPUID_PAGE, KernelMachine.SECRETS_PAGE}) {
            kernel.machine
                    .physicalMemory()
                    .writeBytes(page, donor.machine.physicalMemory().readBytes(page, 0x1000));
        }
        kernel.machine.physicalMemory().writeU64(KernelMachine.DEVICE_TREE, KernelMachine.CC_BLOB_ELEMENT);

        assertEquals(StopReason.IDLE, kernel.machine.run(LIMIT), kernel::trouble);
        assertTrue(
                kernel.console.text().toUtf8().contains("confidential computing blob in a guest that is no SNP guest"),
                kernel::trouble);
    }
}
