package dev.igvmtool.init;

import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of the program.
 *
 * @param scripts texts of the setup scripts, in order
 * @param rest index of the first argument that is the paravisor's; the number of arguments if there is none
 */
record InitArguments(List<String> scripts, int rest) {
    private static final String SCRIPT = "--setup-script";

    InitArguments {
        scripts = List.copyOf(scripts);
    }

    /** Reads arguments from the second on: the first word that is not a script option ends the reading. */
    static InitArguments parse(List<String> arguments) {
        List<String> scripts = new ArrayList<>();
        int at = 1;
        while (at < arguments.size()) {
            String word = arguments.get(at);
            if (word.startsWith(SCRIPT + "=")) {
                scripts.add(word.substring(SCRIPT.length() + 1));
                at++;
            } else if (word.equals(SCRIPT) && at + 1 < arguments.size()) {
                scripts.add(arguments.get(at + 1));
                at += 2;
            } else {
                return new InitArguments(scripts, word.equals("--") ? at + 1 : at);
            }
        }
        return new InitArguments(scripts, arguments.size());
    }
}
