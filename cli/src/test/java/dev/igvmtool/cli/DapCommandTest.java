package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.debugger.dap.StepSources;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Step;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code debug --dap} on the sample, as an editor uses it. */
class DapCommandTest {
    private static final Path SAMPLE = Samples.folder("openhcl-x64");
    private static final Path ROOT = SAMPLE.resolve("../..").normalize();
    private static final int PIPE = 1 << 16;

    private final PipedOutputStream toTool = new PipedOutputStream();
    private final PipedInputStream fromTool = new PipedInputStream(PIPE);
    private final DapClient client = new DapClient(fromTool, toTool);

    private CompletableFuture<Integer> start(String... args) throws IOException {
        Console console = new Console(
                new PipedInputStream(toTool, PIPE),
                new PrintStream(new PipedOutputStream(fromTool), true, StandardCharsets.UTF_8),
                new PrintStream(OutputStream.nullOutputStream()),
                false,
                false);
        return CompletableFuture.supplyAsync(() -> Main.run(console, args));
    }

    private void launch() throws IOException {
        client.ask("initialize", "{'adapterID':'igvmtool'}");
        client.ask(
                "launch", "{'program':'" + SAMPLE + "','args':['--vps','4','--nodes','2'],'sources':'" + ROOT + "'}");
        client.event("initialized");
    }

    private JsonNode stopAfter(String command, String arguments) throws IOException {
        client.ask(command, arguments);
        return client.event("stopped");
    }

    private JsonNode top(int thread) throws IOException {
        return client.ask("stackTrace", "{'threadId':" + thread + "}").at("/stackFrames/0");
    }

    private JsonNode variable(int reference, String name) throws IOException {
        for (JsonNode variable : client.ask("variables", "{'variablesReference':" + reference + "}")
                .get("variables")) {
            if (variable.get("name").asText().equals(name)) {
                return variable;
            }
        }
        throw new AssertionError("no " + name);
    }

    private String evaluate(String expression) throws IOException {
        return client.ask("evaluate", "{'expression':'" + expression + "','context':'watch'}")
                .get("result")
                .asText();
    }

    @Test
    void launchesRunsToTheKernelLooksAroundAndGoesBack() throws Exception {
        CompletableFuture<Integer> status = start("debug", "--dap");
        launch();
        client.ask("setFunctionBreakpoints", "{'breakpoints':[{'name':'kernel-stub/entry'}]}");
        JsonNode entry = stopAfter("configurationDone", "{}");
        assertEquals("entry", entry.get("reason").asText());

        JsonNode stop = stopAfter("continue", "{'threadId':1}");
        assertEquals("function breakpoint", stop.get("reason").asText());
        assertEquals("entry", top(1).get("name").asText());
        JsonNode scopes = client.ask("scopes", "{'frameId':1}").get("scopes");
        assertEquals("Registers", scopes.at("/0/name").asText());
        String rsi = variable(scopes.at("/0/variablesReference").asInt(), "rsi")
                .get("value")
                .asText();
        JsonNode bootParams = variable(scopes.at("/1/variablesReference").asInt(), "boot-params");
        assertEquals("gpa:" + rsi, bootParams.get("memoryReference").asText());
        JsonNode initrd = variable(bootParams.get("variablesReference").asInt(), "ramdisk_image");
        assertEquals("boot-params.ramdisk_image", initrd.get("evaluateName").asText());
        assertEquals(
                "accepted",
                variable(scopes.at("/2/variablesReference").asInt(), "state")
                        .get("value")
                        .asText());

        String dataId = client.ask(
                        "dataBreakpointInfo",
                        "{'variablesReference':"
                                + bootParams.get("variablesReference").asInt() + ",'name':'ramdisk_image'}")
                .get("dataId")
                .asText();
        client.ask("setDataBreakpoints", "{'breakpoints':[{'dataId':'" + dataId + "','accessType':'write'}]}");
        stop = stopAfter("reverseContinue", "{'threadId':1}");
        assertEquals("data breakpoint", stop.get("reason").asText());
        assertEquals("write-boot-params (S38)", top(1).get("name").asText());
        assertEquals("0", evaluate("boot-params.ramdisk_image"));
        stopAfter("next", "{'threadId':1}");
        assertEquals(initrd.get("value").asText(), evaluate("boot-params.ramdisk_image"));
        stopAfter("stepBack", "{'threadId':1}");
        assertEquals("0", evaluate("boot-params.ramdisk_image"));

        client.ask("disconnect", "{}");
        assertEquals(0, status.get(1, TimeUnit.MINUTES));
    }

    @Test
    void breakpointsStandInTheSourcesOfStages() throws Exception {
        CompletableFuture<Integer> status = start("debug", "--dap");
        launch();
        stopAfter("configurationDone", "{}");
        client.ask("setFunctionBreakpoints", "{'breakpoints':[{'name':'boot-shim/write-device-tree'}]}");
        stopAfter("continue", "{'threadId':1}");
        JsonNode frame = top(1);
        Path file = Path.of(frame.at("/source/path").asText());
        int line = frame.get("line").asInt();
        assertTrue(Files.readAllLines(file).get(line - 1).contains(" writeDeviceTree("), file + ":" + line);

        client.ask("setFunctionBreakpoints", "{'breakpoints':[]}");
        JsonNode breakpoint = client.ask(
                        "setBreakpoints",
                        "{'source':{'path':'" + file + "'},'breakpoints':[{'line':" + (line + 1) + "},{'line':1}]}")
                .get("breakpoints");
        assertEquals(line, breakpoint.at("/0/line").asInt(), "in a method means before it");
        assertEquals(false, breakpoint.at("/1/verified").asBoolean());
        stopAfter("restart", "{}");
        JsonNode stop = stopAfter("continue", "{'threadId':1}");
        assertEquals("breakpoint", stop.get("reason").asText());
        assertEquals(breakpoint.at("/0/id"), stop.at("/hitBreakpointIds/0"));
        assertEquals("write-device-tree (S41)", top(1).get("name").asText());
        client.ask("disconnect", "{}");
        assertEquals(0, status.get(1, TimeUnit.MINUTES));
    }

    @Test
    void waitsAtAPortForAClientThatAttaches() throws Exception {
        CompletableFuture<Integer> status = start("debug", SAMPLE.toString(), "--dap-port", "0", "--once");
        String waiting = firstLine();
        assertTrue(waiting.startsWith("waiting for a debug client at 127.0.0.1:"), waiting);
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(waiting.replaceAll(".*:", "")))) {
            DapClient attached = new DapClient(socket.getInputStream(), socket.getOutputStream());
            attached.ask("initialize", "{'adapterID':'igvmtool'}");
            attached.ask("attach", "{'stopOnEntry':false}");
            attached.ask("configurationDone", "{}");
            assertEquals(
                    "Every VP waits for an interrupt or a start",
                    attached.event("stopped").get("description").asText());
            attached.ask("disconnect", "{}");
        }
        assertEquals(0, status.get(1, TimeUnit.MINUTES));
    }

    @Test
    void clientsElsewhereLaunchNothing() throws Exception {
        CompletableFuture<Integer> status =
                start("debug", SAMPLE.toString(), "--dap-port", "0", "--listen", "0.0.0.0", "--once");
        int port = Integer.parseInt(firstLine().replaceAll(".*:", ""));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            DapClient remote = new DapClient(socket.getInputStream(), socket.getOutputStream());
            AssertionError refused =
                    assertThrows(AssertionError.class, () -> remote.ask("launch", "{'program':'/etc/passwd'}"));
            assertTrue(String.valueOf(refused.getMessage()).contains("clients on this machine"), refused.getMessage());
            remote.ask("attach", "{}");
            remote.ask("disconnect", "{}");
        }
        assertEquals(0, status.get(1, TimeUnit.MINUTES));
    }

    private String firstLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = fromTool.read(); octet != '\n'; octet = fromTool.read()) {
            line.append((char) octet);
        }
        return line.toString();
    }

    @Test
    void optionsThatDoNotFitAreRefused() {
        for (List<String> args : List.of(
                List.of("debug"),
                List.of("debug", "--dap", "--gdb", "0"),
                List.of("debug", "--dap", "--vps", "4"),
                List.of("debug", "--dap", "--batch"),
                List.of("debug", "--dap-port", "70000"))) {
            assertEquals(2, TestConsole.run(args.toArray(String[]::new)).status(), args.toString());
        }
    }

    /** Steps whose names a loop puts together have no line of their own; all of the boot shim and the sidecar have one. */
    @Test
    void stepsAreFoundInTheSources() throws IOException {
        List<Programs.Entry> programs = StagePrograms.forMachine().all();
        StepSources sources = StepSources.of(ROOT, programs);
        List<String> missing = new ArrayList<>();
        int steps = 0;
        for (Programs.Entry entry : programs) {
            for (Step step : entry.steps()) {
                steps++;
                Optional<StepSources.Found> found = sources.find(entry.program().name(), step.name());
                if (found.isEmpty()) {
                    missing.add(entry.program().name() + "/" + step.name());
                } else {
                    StepSources.Line line = found.get().listed();
                    String text =
                            String.join("\n", Files.readAllLines(line.file()).subList(0, line.number()));
                    assertTrue(
                            text.endsWith(",") || text.lastIndexOf(',') > text.lastIndexOf('\n'),
                            step.name() + " at " + line);
                }
            }
        }
        assertEquals(
                List.of(),
                missing.stream()
                        .filter(name -> name.startsWith("boot-shim/") || name.startsWith("sidecar/"))
                        .toList());
        assertTrue(missing.size() < steps / 4, missing.size() + " of " + steps + ": " + missing);
    }

    /** The VS Code extension of the sources: what it declares is what the tool takes. */
    @Test
    void extensionForVsCodeStartsTheTool() throws IOException {
        JsonNode debugger = new ObjectMapper()
                .readTree(Files.readAllBytes(ROOT.resolve("editors/vscode/package.json")))
                .at("/contributes/debuggers/0");
        assertTrue(Files.isExecutable(
                ROOT.resolve("editors/vscode").resolve(debugger.get("program").asText())));
        assertEquals("[\"debug\",\"--dap\"]", debugger.get("args").toString());
        for (String name : List.of("program", "args", "stopOnEntry", "sources")) {
            assertTrue(debugger.at("/configurationAttributes/launch/properties").has(name), name);
        }
    }
}
