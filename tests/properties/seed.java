package shop;

import static java.util.Objects.requireNonNull;
import java.util.*;
import org.slf4j.Logger;

@RestController("/users")
public final class Users extends Base implements Closeable, Api<String> {
    private static final Logger LOG = LoggerFactory.getLogger(Users.class);
    private final Map<String, Integer> hits = new HashMap<>();

    static { register("users"); }

    public Users(@Qualifier("db") Store store) { this.store = requireNonNull(store); }

    @GetMapping(value = "/{id}", produces = {"a", "b"})
    public <T extends User> T load(@PathVariable final String id, int... rest) throws IOException {
        Span span = tracer.spanBuilder("load é").setAttribute("id", id).startSpan();
        try (Scope scope = span.makeCurrent(); var in = store.open(id)) {
            for (String name : in.names()) {
                if (name == null) continue;
                LOG.info("name {} of {}", name, hits.get(name));
            }
            return (T) store.load(id).map(User::of).orElseThrow(() -> new NotFound(id));
        } catch (SQLException | TimeoutException e) {
            LOG.error("load failed", e);
            throw new IllegalStateException("load " + id, e);
        } catch (Exception ignored) {
        } finally {
            span.end();
        }
        executor.submit(() -> { run(); });
        future.exceptionally(error -> { LOG.warn("late", error); return null; });
        switch (id) { case "a" -> run(); default -> System.exit(1); }
        return null;
    }

    record Pair(String left, int right) {}
    enum Level { INFO, ERROR; boolean loud() { return this == ERROR; } }
}
