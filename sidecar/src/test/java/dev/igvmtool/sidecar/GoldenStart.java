package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the real sidecar was given and left in one case of the hand-over test data. */
record GoldenStart(Path expected) {
    private static final Pattern START =
            Pattern.compile("\"code\": \"(0x[0-9a-f]+)\".*\"vp\": (\\d+), \"vtl\": 2,.*\"all\": \"([0-9a-f]+)\"");

    /** A case by name; the test is skipped where the data is missing. */
    static GoldenStart of(String name) {
        return new GoldenStart(SharedTestData.require("handoff/cases/" + name + "/expected"));
    }

    /** One control page after the start, as {@code sidecar-nodes.json} tells it. */
    record Node(Map<String, Long> fields, Bytes status) {}

    private static final Pattern FIELD = Pattern.compile("\"([a-z_]+)\": (\\d+)");
    private static final Pattern STATUS = Pattern.compile("\"cpu_status\": \\[([^]]*)\\]");
    private static final Pattern WRITE = Pattern.compile(
            "\"vp\": (\\d+), \"event\": \"wrmsr\", \"msr\": \"0x([0-9a-f]+)\", \"value\": \"0x([0-9a-f]+)\"");

    SidecarParams params() {
        return SidecarParams.CODEC.read(file("sidecar-params.bin"));
    }

    /** The output page as it was after the call. */
    Bytes output() {
        return file("sidecar-output.bin");
    }

    /** Contexts given to one hypercall, by VP index. */
    Map<Integer, InitialVpContext> contexts(String code) {
        Map<Integer, InitialVpContext> contexts = new TreeMap<>();
        for (String line : file("hypercalls.ndjson").toUtf8().lines().toList()) {
            Matcher matcher = START.matcher(line);
            if (matcher.find() && matcher.group(1).equals(code)) {
                contexts.put(
                        Integer.parseInt(matcher.group(2)),
                        InitialVpContext.CODEC.read(Bytes.fromHex(matcher.group(3))));
            }
        }
        return contexts;
    }

    /** Control pages after the start, in node order. */
    List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        String text = file("sidecar-nodes.json").toUtf8();
        Matcher status = STATUS.matcher(text);
        int from = 0;
        while (status.find()) {
            Map<String, Long> fields = new TreeMap<>();
            Matcher field = FIELD.matcher(text).region(from, status.start());
            while (field.find()) {
                fields.put(field.group(1), Long.parseLong(field.group(2)));
            }
            nodes.add(new Node(fields, Bytes.fromHex(status.group(1).replaceAll("\\s*(\\d),?\\s*", "0$1"))));
            from = status.end();
        }
        return nodes;
    }

    /** What a VP has written to its MSRs, in order. */
    List<MachineEvent.MsrWrite> msrWrites(int vp) {
        return file("events.ndjson")
                .toUtf8()
                .lines()
                .map(WRITE::matcher)
                .filter(matcher -> matcher.find() && Integer.parseInt(matcher.group(1)) == vp)
                .map(matcher -> new MachineEvent.MsrWrite(
                        vp,
                        2,
                        Integer.parseUnsignedInt(matcher.group(2), 16),
                        Long.parseUnsignedLong(matcher.group(3), 16)))
                .toList();
    }

    Bytes file(String name) {
        try {
            return Bytes.wrap(Files.readAllBytes(expected.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
