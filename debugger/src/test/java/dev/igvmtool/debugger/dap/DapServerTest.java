package dev.igvmtool.debugger.dap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.HistoryLimits;
import dev.igvmtool.debugger.Runs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DapServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FOREVER = 1 << 30;

    private final Debugger debugger =
            Runs.debugger(Runs.counting(3, FOREVER, cpu -> {}), new HistoryLimits(64, 10_000_000, 8 << 20, 200));
    private Servers servers;

    @BeforeEach
    void start() throws IOException {
        servers = Servers.startWith(debugger);
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        debugger.pause();
        servers.close();
    }

    private DapClient attached() throws IOException {
        DapClient client = servers.client();
        client.ask("initialize", "{\"adapterID\":\"igvmtool\"}");
        client.ask("attach", "{}");
        client.ask("configurationDone", "{}");
        client.until("\"event\":\"stopped\"");
        return client;
    }

    /** A client comes, is served, and goes. */
    private void assertServes(String after) throws IOException {
        try (DapClient client = attached()) {
            assertTrue(client.ask("threads", "{}").contains("\"name\":\"vp2\""), after);
            client.ask("disconnect", "{}");
            assertTrue(client.isOver());
        }
    }

    @Test
    void listensOnLoopbackOnly() {
        assertTrue(servers.server().address().getAddress().isLoopbackAddress());
    }

    @Test
    void runThatGoesOnIsPaused() throws IOException {
        assertTimeoutPreemptively(PATIENCE, () -> {
            try (DapClient client = attached()) {
                client.ask("continue", "{\"threadId\":1}");
                Thread.sleep(200);
                client.request("pause", "{\"threadId\":1}");
                assertTrue(client.until("\"event\":\"stopped\"").contains("\"reason\":\"pause\""));
                client.until("\"command\":\"pause\"");
                assertTrue(client.ask("pause", "{\"threadId\":1}").contains("\"success\":true"));
                client.ask("next", "{\"threadId\":2}");
                assertTrue(
                        client.until("\"event\":\"stopped\"").contains("\"reason\":\"step\""),
                        "a pause stops nothing when nothing runs");
            }
        });
    }

    @Test
    void whatAClientLeavesBehindIsRemoved() throws IOException {
        try (DapClient client = attached()) {
            client.ask("setFunctionBreakpoints", "{\"breakpoints\":[{\"name\":\"T02\"}]}");
            assertEquals(1, debugger.breakpoints().all().size());
            client.ask("setFunctionBreakpoints", "{\"breakpoints\":[{\"name\":\"counter-1/say\"}]}");
            assertEquals(1, debugger.breakpoints().all().size(), "new ones take the place of the old");
            client.ask("disconnect", "{}");
            assertTrue(client.isOver());
        }
        assertServes("a client with breakpoints");
        assertEquals(List.of(), debugger.breakpoints().all());
    }

    @Test
    void clientsThatGoAwayAtAnyPointLeaveTheServerServing() throws IOException {
        String request = "{\"seq\":9,\"type\":\"request\",\"command\":\"continue\",\"arguments\":{\"threadId\":1}}";
        String message = "Content-Length: " + request.length() + "\r\n\r\n" + request;
        for (int length : new int[] {0, 1, 10, 18, 20, 22, 60, message.length()}) {
            try (DapClient client = attached()) {
                client.send(message.substring(0, length));
            }
            assertServes(length + " bytes of a request");
        }
    }

    @Test
    void whatIsNoMessageEndsTheConnection() throws IOException {
        for (String bad : List.of(
                "GET / HTTP/1.1\r\n\r\n",
                "Content-Length: 999999999999\r\n\r\n{}",
                "Content-Length: 5000000\r\n\r\n{}",
                "Content-Length: -5\r\n\r\n{}",
                "x".repeat(100_000))) {
            try (DapClient client = attached()) {
                client.send(bad);
                assertTrue(client.isOver(), bad);
            } catch (IOException reset) {
                // The server has hung up before it was all sent.
            }
            assertServes(bad);
        }
    }

    @Test
    void damagedMessagesDoNotUpsetTheServer() throws IOException {
        for (String bad : List.of(
                "{",
                "[]",
                "null",
                "1",
                "\"text\"",
                "{}",
                "{\"type\":\"request\"}",
                "{\"seq\":\"x\",\"type\":\"request\",\"command\":\"threads\"}",
                "{\"seq\":5,\"type\":\"response\",\"request_seq\":77,\"success\":true,\"command\":\"threads\"}",
                "{\"seq\":5,\"type\":\"event\",\"event\":\"stopped\",\"body\":{}}",
                "{\"seq\":5,\"type\":\"nonsense\"}",
                "{\"seq\":5,\"type\":\"request\",\"command\":\"fly\",\"arguments\":{}}",
                "{\"seq\":5,\"type\":\"request\",\"command\":\"continue\",\"arguments\":[]}",
                "{\"seq\":5,\"type\":\"request\",\"command\":\"continue\",\"arguments\":{\"threadId\":{}}}",
                "{\"seq\":5,\"type\":\"request\",\"command\":\"continue\",\"arguments\":{\"threadId\":1e99}}",
                "{\"seq\":5,\"type\":\"request\",\"command\":\"setFunctionBreakpoints\",\"arguments\":null}",
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000))) {
            try (DapClient client = attached()) {
                client.message(bad);
                client.request("threads", "{}");
                // Answered, or given up: both are fine.
            }
            assertServes(bad.length() > 200 ? bad.substring(0, 20) : bad);
        }
    }

    @Test
    void floodIsGivenUp() throws IOException {
        assertTimeoutPreemptively(PATIENCE, () -> {
            try (DapClient client = attached()) {
                client.ask("continue", "{\"threadId\":1}");
                for (int i = 0; i < 5000; i++) {
                    client.request("threads", "{}");
                }
            } catch (IOException reset) {
                // The server has hung up before it was all sent.
            }
            assertServes("a flood");
        });
    }

    @Test
    void requestsBeforeAnythingIsLoadedAreRefused() throws IOException {
        try (DapClient client = servers.client()) {
            for (String command : List.of("threads", "configurationDone", "restart", "pause")) {
                String answer = client.ask(command, "{}");
                assertTrue(answer.contains("nothing is loaded: launch or attach first"), answer);
            }
            String answer = client.ask("launch", "{}");
            assertTrue(answer.contains(" is missing: the image to load"), answer);
            answer = client.ask("launch", "{\"program\":\"nowhere\"}");
            assertTrue(answer.contains("nowhere: no such file"), answer);
            answer = client.ask("launch", "{\"program\":7}");
            assertTrue(answer.contains(" is not a text"), answer);
            answer = client.ask("launch", "{\"program\":\"counter\",\"args\":[7]}");
            assertTrue(answer.contains(" is not a list of texts"), answer);
        }
    }

    @Test
    void clientCanEndTheServer() throws IOException, InterruptedException {
        try (DapClient client = attached()) {
            client.ask("terminate", "{}");
            client.until("\"event\":\"terminated\"");
            client.ask("disconnect", "{\"terminateDebuggee\":true}");
        }
        assertTrue(servers.ends());
    }

    /** Requests of every kind with nonsense in them get an answer of their own. */
    @Test
    void noRequestUpsetsTheServer() throws IOException {
        List<String> commands = List.of(
                "stackTrace",
                "scopes",
                "variables",
                "setVariable",
                "evaluate",
                "completions",
                "setBreakpoints",
                "setFunctionBreakpoints",
                "setDataBreakpoints",
                "setInstructionBreakpoints",
                "setExceptionBreakpoints",
                "dataBreakpointInfo",
                "readMemory",
                "writeMemory",
                "disassemble",
                "next",
                "stepIn",
                "stepBack",
                "threads");
        List<String> names = List.of(
                "threadId",
                "frameId",
                "variablesReference",
                "name",
                "value",
                "expression",
                "context",
                "text",
                "column",
                "source",
                "breakpoints",
                "filters",
                "memoryReference",
                "offset",
                "count",
                "data",
                "instructionOffset",
                "instructionCount",
                "asAddress",
                "bytes",
                "start",
                "singleThread",
                "startFrame",
                "levels");
        List<String> values = List.of(
                "0",
                "1",
                "2",
                "-1",
                "2147483647",
                "-2147483648",
                "\"\"",
                "\"rax\"",
                "\"0x200100\"",
                "\"gpa:0x200100\"",
                "\"gpa:0xffffffffffffffff\"",
                "\"vp9:0x0\"",
                "\"repl\"",
                "\"show\"",
                "true",
                "null",
                "[\"Fault\"]",
                "[{\"name\":\"T01\",\"dataId\":\"gpa:0x200100 8\",\"instructionReference\":\"0x101000\",\"line\":1}]",
                "{\"path\":\"/x.java\"}",
                "{\"path\":\"\\u0000\"}",
                "\"AAEC\"",
                "\"###\"");
        Random random = new Random(5);
        assertTimeoutPreemptively(PATIENCE, () -> {
            try (DapClient client = attached()) {
                for (int round = 0; round < 1500; round++) {
                    StringBuilder arguments = new StringBuilder();
                    for (int i = random.nextInt(8); i > 0; i--) {
                        arguments
                                .append(arguments.isEmpty() ? "" : ",")
                                .append('"')
                                .append(names.get(random.nextInt(names.size())))
                                .append("\":")
                                .append(values.get(random.nextInt(values.size())));
                    }
                    String command = commands.get(random.nextInt(commands.size()));
                    String answer = client.ask(command, "{" + arguments + "}");
                    assertTrue(!answer.contains("bug in igvmtool"), command + " " + arguments + ": " + answer);
                }
            }
        });
    }
}
