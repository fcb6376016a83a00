namespace ImageGateway.Benchmarks.Proxy;

/// <summary>Every answer of the stub; the same bytes in each process, so that the generator knows their lengths.</summary>
internal static class Answers
{
    private const int EventBytes = 500_000;

    private const string Details = """
        "size":"1024x1024","quality":"high","background":"opaque","output_format":"png"
        """;

    private const string Usage = """
        "usage":{"input_tokens":10,"input_tokens_details":{"image_tokens":0,"text_tokens":10},"output_tokens":4160,"total_tokens":4170}
        """;

    /// <summary>What an answer's usage costs by gpt-image-1's prices of 2025 (USD 5 and 40 for a million tokens of text in and picture out): openai.com/api/pricing.</summary>
    public const long NanoUsd = (10 * 5_000) + (4160 * 40_000);

    // The first event is measured undisturbed by the next ones, and a proxy that holds it back shows.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Also the answer to an upload, and to a prompt that names none.</summary>
    public static readonly Answer Small = Answer.Json("2KB", Json(2_000));

    public static readonly Answer Upload = Small with { Name = "8MB" };

    private static readonly string[] Events = [Partial(0), Partial(1), Completed()];

    public static readonly Answer FirstEvent = Answer.Stream("first-event", Events, Pause);

    /// <summary>An answer that takes its time: an event a second.</summary>
    public static readonly Answer Slow = Answer.Stream("slow", [.. Enumerable.Range(0, 19).Select(_ => Partial(0, 20_000)), Completed()], TimeSpan.FromSeconds(1));

    public static readonly Answer[] All =
    [
        Small,
        Answer.Json("1.5MB", Json(1_500_000)),
        Answer.Stream("SSE", Events, TimeSpan.Zero),
        FirstEvent,
        Slow,
        Upload,
    ];

    private static string Json(int bytes) =>
        $$"""{"created":1700000000,"data":[{"b64_json":"{{Base64(bytes - 350)}}"}],{{Details}},{{Usage}}}""";

    private static string Partial(int index, int bytes = EventBytes) =>
        Event("image_generation.partial_image", bytes, $"{Details},\"partial_image_index\":{index}");

    private static string Completed() => Event("image_generation.completed", EventBytes, $"{Details},{Usage}");

    private static string Event(string type, int bytes, string fields) =>
        $$"""
        event: {{type}}
        data: {"type":"{{type}}","b64_json":"{{Base64(bytes - 300)}}","created_at":1700000000,{{fields}}}


        """;

    /// <summary>About as many characters as asked for.</summary>
    private static string Base64(int characters)
    {
        var bytes = new byte[characters / 4 * 3];
        new Random(Seed: 1).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }
}
