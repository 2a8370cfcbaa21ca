package dev.igvmtool.init;

import java.util.StringJoiner;

/** Parameters of kernel modules, as they stand in the kernel command line: {@code module.option=value}. */
final class ModuleParameters {
    private ModuleParameters() {}

    /** Name of a module whose file is at {@code path}: without folder and suffix, {@code -} as {@code _}. */
    static String moduleName(String path) {
        String file = path.substring(path.lastIndexOf('/') + 1);
        String name = file.endsWith(".ko") ? file.substring(0, file.length() - 3) : file;
        return name.replace('-', '_');
    }

    /** The options of one module, in order, with spaces. */
    static String of(String commandLine, String module) {
        StringJoiner options = new StringJoiner(" ");
        for (String word : commandLine.trim().split("\\s+", -1)) {
            int dot = word.indexOf('.');
            int equals = word.indexOf('=');
            if (dot > 0
                    && dot < equals
                    && word.substring(0, dot).replace('-', '_').equals(module)) {
                options.add(word.substring(dot + 1));
            }
        }
        return options.toString();
    }
}
