package dev.igvmtool.debugger.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.HistoryLimits;
import dev.igvmtool.debugger.Runs;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.Structures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

class GdbServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FOREVER = 1 << 30;

    private final Debugger debugger =
            Runs.debugger(Runs.counting(3, FOREVER, cpu -> {}), new HistoryLimits(64, 10_000_000, 8 << 20, 200));
    private GdbServer server;
    private Thread thread;

    @BeforeEach
    void start() throws IOException {
        server = new GdbServer(
                new GdbServer.Target(
                        debugger, new Structures(debugger, Optional.empty()), Origins.UNKNOWN, () -> List.of("# more")),
                InetAddress.getLoopbackAddress(),
                0);
        thread = new Thread(() -> {
            try {
                server.serve(false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.start();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        debugger.pause();
        server.close();
        thread.join(PATIENCE.toMillis());
        assertTrue(!thread.isAlive(), "the server has come to an end");
    }

    private GdbClient client() throws IOException {
        return GdbClient.quiet(server.address());
    }

    private static String hex(String text) {
        return Bytes.utf8(text).toHex();
    }

    /** Bytes of a little-endian register. */
    private static String little(long value, int size) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) {
            text.append(String.format("%02x", value >>> 8 * i & 0xff));
        }
        return text.toString();
    }

    @Test
    void listensOnLoopbackOnly() {
        assertTrue(server.address().getAddress().isLoopbackAddress());
    }

    @Test
    void tellsWhatItIs() throws IOException {
        try (GdbClient client = client()) {
            assertTrue(client.ask("qSupported:multiprocess+").contains("ReverseStep+;ReverseContinue+"));
            assertEquals("", client.ask("vMustReplyEmpty"));
            assertEquals("T05thread:1;", client.ask("?"));
            assertEquals("m1,2,3", client.ask("qfThreadInfo"));
            assertEquals("l", client.ask("qsThreadInfo"));
            assertEquals("QC1", client.ask("qC"));
            assertEquals(hex("VTL0 running, counter-2/count (T02)"), client.ask("qThreadExtraInfo,2"));
            assertEquals("1", client.ask("qAttached"));
            assertEquals("OK", client.ask("T3"));
            assertEquals("E16", client.ask("T4"));
            assertEquals("vCont;c;C;s;S;t;r", client.ask("vCont?"));
        }
    }

    private String transfer(GdbClient client, String object) throws IOException {
        StringBuilder all = new StringBuilder();
        while (true) {
            String part = client.ask("qXfer:" + object + ":" + Integer.toHexString(all.length()) + ",100");
            all.append(part.substring(1));
            if (part.startsWith("l")) {
                return all.toString();
            }
            assertTrue(part.startsWith("m"), part);
        }
    }

    private static Document xml(String text) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new AssertionError(text, e);
        }
    }

    @Test
    void descriptionsAreXmlAndFitTheRegisters() throws IOException {
        try (GdbClient client = client()) {
            Document features = xml(transfer(client, "features:read:target.xml"));
            int bits = 0;
            for (int i = 0; i < features.getElementsByTagName("reg").getLength(); i++) {
                bits += Integer.parseInt(features.getElementsByTagName("reg")
                        .item(i)
                        .getAttributes()
                        .getNamedItem("bitsize")
                        .getNodeValue());
            }
            assertEquals(bits / 4, client.ask("g").length());
            assertEquals(
                    GdbRegister.ALL.size(), features.getElementsByTagName("reg").getLength());
            assertEquals(
                    3,
                    xml(transfer(client, "threads:read:"))
                            .getElementsByTagName("thread")
                            .getLength());
            assertTrue(xml(transfer(client, "memory-map:read:"))
                            .getElementsByTagName("memory")
                            .getLength()
                    >= 2);
            assertEquals(
                    3,
                    xml(transfer(client, "libraries:read:"))
                            .getElementsByTagName("library")
                            .getLength());
            assertEquals("E00", client.ask("qXfer:features:read:other.xml:0,100"));
            assertEquals("", client.ask("qXfer:auxv:read::0,100"));
        }
    }

    @Test
    void readsAndWritesRegisters() throws IOException {
        try (GdbClient client = client()) {
            String rip = Integer.toHexString(16);
            assertEquals(little(0x10_1000, 8), client.ask("p" + rip));
            client.ask("Hg2");
            assertEquals(little(0x10_2000, 8), client.ask("p" + rip));
            assertEquals("OK", client.ask("P0=" + little(0x1234, 8)));
            assertEquals(little(0x1234, 8), client.ask("p0"));
            assertEquals(little(0x1234, 8), client.ask("g").substring(0, 16));
            assertEquals("E16", client.ask("P12=00000000"), "a segment is more than a number");
            assertEquals("E16", client.ask("P0=00"));
            assertEquals("E16", client.ask("pffff"));
        }
    }

    @Test
    void readsAndWritesMemory() throws IOException {
        try (GdbClient client = client()) {
            assertEquals("OK", client.ask("M40200000,4:01020304"));
            assertEquals("01020304", client.ask("m200000,4"));
            assertEquals("OK", client.ask("X200002,2:ab"));
            assertEquals("01026162", client.ask("m40200000,4"));
            assertEquals("OK", client.ask("X200000,0:"));
            assertEquals("E0e", client.ask("m90000000,4"));
            assertEquals("E0e", client.ask("M90000000,1:00"));
            assertEquals("E16", client.ask("M200000,2:00"));
            assertEquals("OK", client.ask("Qqemu.PhyMemMode:1"));
            assertEquals("1", client.ask("qqemu.PhyMemMode"));
            assertEquals("E0e", client.ask("m40200000,4"));
            assertEquals("01026162", client.ask("m200000,4"));
        }
    }

    @Test
    void stepsAndRunsInBothDirections() throws IOException {
        try (GdbClient client = client()) {
            assertEquals("T05thread:2;", client.ask("vCont;s:2;c"));
            assertEquals(2, debugger.now().turn());
            assertEquals("OK", client.ask("Z0,103010,1"));
            assertEquals("T05thread:3;swbreak:;", client.ask("vCont;c"));
            assertTrue(client.console().contains("before counter-3/say"));
            assertEquals("OK", client.ask("z0,103010,1"));
            assertEquals("OK", client.ask("Z1,102000,1"));
            assertEquals("T05thread:2;hwbreak:;", client.ask("bc"));
            assertEquals(1, debugger.now().turn());
            assertEquals("T05thread:1;replaylog:begin;", client.ask("bc"));
            assertEquals("OK", client.ask("z1,102000,1"));
            assertEquals("OK", client.ask("Z2,200200,8"));
            assertEquals("T05thread:2;watch:200200;", client.ask("c"));
            assertEquals(2, debugger.now().turn());
            assertEquals("OK", client.ask("Z3,200100,4"));
            assertEquals("T05thread:1;rwatch:200100;", client.ask("c"));
            assertEquals("OK", client.ask("Z4,40200300,8"));
            client.ask("Hc3");
            assertEquals("T05thread:3;", client.ask("bs"));
            assertEquals(2, debugger.now().turn());
            assertEquals("", client.ask("Z9,0,0"));
        }
        try (GdbClient client = client()) {
            client.ask("?");
            assertEquals(List.of(), debugger.breakpoints().all(), "what a client leaves behind is removed");
        }
    }

    @Test
    void oneThreadStepsAloneOnlyIfTheUserWantsIt() throws IOException {
        try (GdbClient client = client()) {
            assertEquals("T05thread:3;", client.ask("vCont;s:3"));
            assertEquals(3, debugger.now().turn());
            assertEquals("OK", client.ask("qRcmd," + hex("alone on")));
            assertEquals("T05thread:3;", client.ask("vCont;s:3"));
            assertEquals(4, debugger.now().turn());
            assertEquals(1, debugger.history().journal().entries().size());
        }
    }

    @Test
    void runThatGoesOnIsInterrupted() throws IOException {
        assertTimeoutPreemptively(PATIENCE, () -> {
            try (GdbClient client = client()) {
                client.send("$c#63");
                Thread.sleep(200);
                client.send("\u0003");
                assertTrue(client.answer().startsWith("T02thread:"));
                client.send("\u0003");
                assertEquals("T05thread:1;", client.ask("vCont;s:1;c"), "it stops nothing when nothing runs");
            }
        });
    }

    @Test
    void monitorDoesWhatTheConsoleDoes() throws IOException {
        try (GdbClient client = client()) {
            assertEquals("OK", client.ask("qRcmd," + hex("where")));
            assertEquals("turn 0: vp0 VTL0 0x101000 counter-1/count (T01)\n", client.console());
            client.ask("qRcmd," + hex("step 2"));
            assertTrue(client.console().endsWith("tell it: maintenance flush register-cache\n"));
            client.ask("qRcmd," + hex("fly"));
            assertEquals("no command 'fly'; see: help\n", client.console());
            client.ask("qRcmd," + hex("symbols"));
            assertEquals("""
                    add-symbol-file target:/counter-1.elf 0x101000
                    add-symbol-file target:/counter-2.elf 0x102000
                    add-symbol-file target:/counter-3.elf 0x103000
                    # more
                    """, client.console());
        }
    }

    @Test
    void symbolFilesCanBeReadAndNothingElse() throws IOException {
        try (GdbClient client = client()) {
            assertEquals("F0", client.ask("vFile:setfs:0"));
            assertEquals("F0", client.ask("vFile:open:" + hex("/counter-2.elf") + ",0,0"));
            String status = client.ask("vFile:fstat:0");
            assertTrue(status.startsWith("F40;"), status);
            String read = client.ask("vFile:pread:0,4000,0");
            Bytes elf = Bytes.wrap(read.substring(read.indexOf(';') + 1).getBytes(StandardCharsets.ISO_8859_1));
            assertTrue(ElfFile.read(elf).symbols().stream()
                    .anyMatch(symbol -> symbol.name().equals("counter_2_say") && symbol.value() == 0x10_2010));
            assertEquals("F0", client.ask("vFile:close:0"));
            assertEquals("F-1,9", client.ask("vFile:pread:0,4000,0"));
            assertEquals("F-1,2", client.ask("vFile:open:" + hex("/etc/passwd") + ",0,0"));
            assertEquals("F-1,d", client.ask("vFile:open:" + hex("/counter-2.elf") + ",1,0"));
            assertEquals("F-1,d", client.ask("vFile:unlink:" + hex("/counter-2.elf")));
        }
    }

    @Test
    void acknowledgesUntilItIsToldNotTo() throws IOException {
        try (GdbClient client = new GdbClient(server.address())) {
            client.send("$qC#00");
            client.send("$qC#b4");
            assertEquals("QC1", client.answer());
            client.send("-");
            assertEquals("QC1", client.answer());
        }
    }

    @Test
    void clientsThatGoAwayAtAnyPointLeaveTheServerServing() throws IOException {
        for (String last : List.of("", "$", "$m2000", "$m200000,4#", "$c#63", "$bc#c5", "+++", "$g#6", "\u0003")) {
            try (GdbClient client = client()) {
                client.send(last);
            }
            try (GdbClient client = client()) {
                assertTrue(client.ask("?").startsWith("T0"), "after " + last);
            }
        }
    }

    @Test
    void floodIsGivenUp() throws IOException {
        assertTimeoutPreemptively(PATIENCE, () -> {
            try (GdbClient client = client()) {
                client.send("$c#63" + "$?#3f".repeat(1000));
            }
            try (GdbClient client = client()) {
                assertTrue(client.ask("?").startsWith("T0"));
            }
        });
    }

    /** Requests of every kind with nonsense in them get an answer, and the next one gets its own. */
    @Test
    void noRequestUpsetsTheServer() throws IOException {
        List<String> starts = List.of(
                "g",
                "p",
                "P",
                "m",
                "M",
                "X",
                "H",
                "Hg",
                "T",
                "Z0,",
                "z2,",
                "Z2,",
                "b",
                "v",
                "vCont;s:",
                "vCont;t",
                "vFile:open:",
                "vFile:pread:",
                "vFile:close:",
                "q",
                "Q",
                "qXfer:features:read:target.xml:",
                "qThreadExtraInfo,",
                "qRcmd,",
                "?",
                "A",
                "qSymbol:",
                "vCont;",
                "Qqemu.PhyMemMode:");
        List<String> parts = List.of(
                "",
                "0",
                "1",
                "-1",
                "ffffffffffffffff",
                "7fffffff",
                "80000000",
                ",",
                ":",
                ";",
                "=",
                "#",
                "zz",
                "p1.1",
                "ffffffffffffffffffffffff",
                "00",
                "{",
                "\u00ff");
        Random random = new Random(23);
        assertTimeoutPreemptively(PATIENCE, () -> {
            try (GdbClient client = client()) {
                for (int round = 0; round < 3000; round++) {
                    StringBuilder request = new StringBuilder(starts.get(random.nextInt(starts.size())));
                    for (int i = random.nextInt(6); i > 0; i--) {
                        request.append(parts.get(random.nextInt(parts.size())));
                    }
                    if (!request.toString().matches("vCont;s:?(-1|0|1|p1.1)?(;c.*)?|D.*|k.*|vKill.*")) {
                        client.ask(request.toString());
                        assertTrue(!client.console().contains("bug"), request.toString());
                    }
                    assertEquals("1", client.ask("qAttached"), request.toString());
                }
            }
        });
    }

    @Test
    void hugeLengthsAreCutOrRefused() throws IOException {
        try (GdbClient client = client()) {
            assertTrue(client.ask("m0,7fffffff").length() <= PacketReader.MAX_PACKET);
            assertEquals("E16", client.ask("m0,ffffffffffffffff"));
            assertTrue(client.ask("qXfer:features:read:target.xml:0,7fffffff").length() <= PacketReader.MAX_PACKET);
            assertEquals("E16", client.ask("Z2,0,ffffffff"));
            client.send("$" + "m".repeat(3 * PacketReader.MAX_PACKET) + "#00");
            assertEquals("1", client.ask("qAttached"));
        }
    }

    @Test
    void killEndsTheServer() throws IOException, InterruptedException {
        try (GdbClient client = client()) {
            client.send("$k#6b");
        }
        thread.join(PATIENCE.toMillis());
        assertTrue(!thread.isAlive());
    }
}
