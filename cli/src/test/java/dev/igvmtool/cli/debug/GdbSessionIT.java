package dev.igvmtool.cli.debug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.HistoryLimits;
import dev.igvmtool.debugger.gdb.GdbServer;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.ShimImage;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.MachineEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of the real gdb over a boot of the sample. */
class GdbSessionIT {
    private static final int VPS = 4;
    private static final long PATIENCE = 60_000;

    @TempDir
    Path folder;

    private final Machine machine = SampleBoot.machine(VPS);
    private final Debugger debugger = new Debugger(new History(machine, HistoryLimits.DEFAULT), List.of());
    private GdbServer server;
    private Thread thread;

    @BeforeEach
    void start() throws IOException {
        Gdb.assumePresent();
        Structures structures = new Structures(debugger, ShimImage.find(machine));
        server = new GdbServer(
                new GdbServer.Target(debugger, structures, Origins.UNKNOWN, List::of),
                InetAddress.getLoopbackAddress(),
                0);
        thread = new Thread(() -> {
            try {
                server.serve(true);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.start();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        if (server != null) {
            thread.join(PATIENCE);
            server.close();
            assertFalse(thread.isAlive(), "the server has come to an end with its client");
        }
    }

    private String gdb(String... lines) throws IOException, InterruptedException {
        String text = Gdb.session(folder, "127.0.0.1:" + server.address().getPort(), lines);
        assertFalse(text.contains("warning: (") || text.contains("nternal error"), text);
        thread.join(PATIENCE);
        return text;
    }

    @Test
    void breaksAtTheKernelLooksAroundAndGoesBack() throws IOException, InterruptedException {
        String text = gdb(
                "info threads",
                "break kernel_stub_entry",
                "continue",
                "info registers",
                "x/16gx &boot_params",
                "print/x boot_params.type_of_loader",
                "print boot_params.e820_entries",
                "info symbol $pc",
                "reverse-stepi",
                "info registers rip",
                "stepi",
                "info registers rip",
                "detach");
        Gdb.assertInOrder(
                text,
                "\\* 1 +Thread 1 \"vp0\" \\(VTL2 running, boot-shim/zero-bss \\(S01\\)\\)",
                "  4 +Thread 4 \"vp3\" \\(VTL0 waiting for start\\)",
                "Breakpoint 1 at 0x",
                "Thread 1 \"vp0\" hit Breakpoint 1[.0-9]*, 0x0*8200000 in kernel_stub_entry \\(\\)",
                "rsi +0x84c2000 ",
                "rip +0x8200000 ",
                "efer +0x",
                "vtl +0x2 ",
                "0x84c2000:\t0x0000000000000000\t0x0000000000000000\n",
                "0x84c2070:\t",
                "\\$1 = 0xff",
                "\\$2 = 14",
                "kernel_stub_entry in section .text of target:/kernel-stub",
                "in boot_shim_jump_to_kernel \\(\\)",
                "rip +0x[0-9a-f]+ +0x[0-9a-f]+ <boot_shim_jump_to_kernel>",
                "rip +0x8200000 +0x8200000 <kernel_stub_entry>",
                "\\[Inferior 1 \\(Remote target\\) detached\\]");
    }

    @Test
    void watchesAFieldInBothDirections() throws IOException, InterruptedException {
        String text = gdb(
                "watch boot_params.ramdisk_image",
                "continue",
                "info registers turn",
                "break kernel_stub_entry",
                "continue",
                "reverse-continue",
                "print/x boot_params.ramdisk_image",
                "monitor where",
                "stepi",
                "print/x boot_params.ramdisk_image",
                "detach");
        Gdb.assertInOrder(
                text,
                "Hardware watchpoint 1: boot_params.ramdisk_image",
                "Old value = 0",
                "New value = 139517952",
                "turn +0x47 ",
                "hit Breakpoint 2",
                "Old value = 139517952",
                "New value = 0",
                "\\$1 = 0x0",
                "turn 70: vp0 VTL2 0x[0-9a-f]+ boot-shim/write-boot-params \\(S38\\)",
                "\\$2 = 0x850e000");
    }

    @Test
    void stepsVpsOfTheSidecarAsThreads() throws IOException, InterruptedException {
        String text = gdb(
                "break sidecar_take_command thread 2",
                "continue",
                "delete",
                "stepi",
                "thread 4",
                "info registers rip",
                "stepi 2",
                "info registers rip",
                "reverse-stepi",
                "info registers rip",
                "info threads",
                "thread 2",
                "reverse-stepi",
                "info registers rip",
                "detach");
        Gdb.assertInOrder(
                text,
                "Thread 2 \"vp1\" hit Breakpoint 1[.0-9]*, 0x[0-9a-f]+ in sidecar_take_command \\(\\)",
                "Switching to thread 4",
                "rip +0x[0-9a-f]+ +0x[0-9a-f]+ <sidecar_woken>",
                "rip +0x[0-9a-f]+ +0x[0-9a-f]+ <sidecar_check_status>",
                "rip +0x[0-9a-f]+ +0x[0-9a-f]+ <sidecar_woken>",
                "\\* 4 +Thread 4 \"vp3\" \\(VTL2 running, sidecar/woken",
                "Switching to thread 2",
                "rip +0x[0-9a-f]+ +0x[0-9a-f]+ <sidecar_");
    }

    @Test
    void monitorShowsStructuresEventsAndSymbols() throws IOException, InterruptedException {
        String text = gdb(
                "monitor symbols",
                "monitor to S38",
                "monitor events",
                "monitor show e820",
                "monitor who-wrote boot-params.ramdisk_image",
                "monitor break hypercall",
                "continue",
                "monitor hypercall",
                "monitor fly",
                "detach");
        Gdb.assertInOrder(
                text,
                "add-symbol-file target:/boot-shim.elf 0x8431000",
                "add-symbol-file target:/kernel-stub.elf 0xffffffff81000000",
                "add-symbol-file target:/structures.elf 0x",
                "write of 4096 bytes at GVA 0x84c2000, GPA 0x84c2000  boot-params",
                "0x8001000-0x8014000 reserved",
                "boot-shim/write-boot-params \\(S38\\) on VP 0 in VTL 2",
                "breakpoint [0-9]+: hypercall",
                "result +hypercall [A-Z]",
                "no command 'fly'; see: help",
                "detached");
    }

    @Test
    void whoSteppedToTheEndSeesTheUndisturbedRun() throws IOException, InterruptedException {
        List<MachineEvent> plain = new ArrayList<>();
        Machine undisturbed = SampleBoot.machine(VPS);
        undisturbed.observe(plain::add);
        undisturbed.run(Long.MAX_VALUE);

        String text = gdb(
                "stepi 90",
                "reverse-stepi 40",
                "break kernel_stub_entry",
                "continue",
                "watch boot_params.setup_data",
                "reverse-continue",
                "delete",
                "thread 3",
                "stepi 200",
                "monitor who-wrote e820",
                "continue",
                "info registers turn",
                "detach");
        Gdb.assertInOrder(
                text, "every VP waits for an interrupt or a start", "turn +0x" + Long.toHexString(undisturbed.turns()));

        assertEquals(List.of(), debugger.history().journal().entries());
        List<Long> snapshots = new ArrayList<>(debugger.history().snapshots());
        snapshots.add(undisturbed.turns());
        assertTrue(snapshots.size() > 100, "many moments of the session are compared");
        List<MachineEvent> seen = new ArrayList<>();
        for (int i = 0; i + 1 < snapshots.size(); i++) {
            // From each snapshot that was taken under gdb to the next.
            debugger.goTo(0);
            debugger.goTo(snapshots.get(i));
            debugger.machine().observe(seen::add);
            while (debugger.now().turn() < snapshots.get(i + 1)
                    && debugger.history().forward()) {
                // The list grows.
            }
            debugger.machine().observe(null);
        }
        assertEquals(plain, seen);
    }
}
