using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>The parameters of a request, by name: members of a JSON body or text fields of a form.</summary>
internal interface IParameterSource
{
    /// <summary>A string; null when absent.</summary>
    /// <exception cref="GatewayException">It is something else.</exception>
    string? Text(string name);

    /// <summary>A whole number; null when absent.</summary>
    int? Number(string name, int min, int max);

    /// <summary>True or false; null when absent.</summary>
    bool? Flag(string name);
}

/// <summary>Reads the parameters the gateway understands (<see cref="KnownParameters"/>); all others stay in the body, unread.</summary>
internal static class Parameters
{
    // No parameter has longer values, so they need not be kept.
    private const int LongestWord = 512;

    private const int LongestUser = 256;

    /// <summary>The allowed form of an end user's id.</summary>
    public static readonly string AllowedUser = $"a text of 1 to {LongestUser} characters, none of them NUL";

    /// <summary>True for an end user's id that the ledger can store unchanged, so that the budgets of two users stay separate.</summary>
    public static bool IsUser(string text) => text.Length is > 0 and <= LongestUser && !text.Contains('\0', StringComparison.Ordinal);

    public static ImageParameters Read(IParameterSource source) => new()
    {
        N = source.Number("n", 1, 10),
        Size = Word(source, "size"),
        Quality = Word(source, "quality"),
        Background = Word(source, "background"),
        OutputFormat = Word(source, "output_format"),
        OutputCompression = source.Number("output_compression", 0, 100),
        ResponseFormat = Word(source, "response_format"),
        InputFidelity = Word(source, "input_fidelity"),
        Stream = source.Flag("stream") ?? false,
        PartialImages = source.Number("partial_images", 0, 3),
        Style = Word(source, "style"),
        Moderation = Word(source, "moderation"),
        User = User(source),
    };

    /// <summary>The requested model; null when absent.</summary>
    public static string? Model(IParameterSource source) => Word(source, "model");

    /// <summary>The prompt, required except for variations.</summary>
    public static string Prompt(IParameterSource source, Operation operation)
    {
        var prompt = source.Text("prompt");
        if (prompt is null && operation != Operation.Variation)
            throw Missing("prompt");
        return string.IsNullOrWhiteSpace(prompt) && operation != Operation.Variation
            ? throw new GatewayException(ErrorKind.InvalidValue, "Invalid value for 'prompt': it is empty. Allowed: a text of at least one character.", "prompt")
            : prompt ?? "";
    }

    public static GatewayException Missing(string name) => new(ErrorKind.MissingParameter, $"Missing required parameter: '{name}'.", name);

    private static string? Word(IParameterSource source, string name)
    {
        var word = source.Text(name);
        if (word is { Length: 0 } or { Length: > LongestWord })
            throw GatewayException.Invalid(name, word, $"a text of 1 to {LongestWord} characters");
        return word;
    }

    private static string? User(IParameterSource source)
    {
        var user = source.Text("user");
        return user is null || IsUser(user) ? user : throw GatewayException.Invalid("user", user, AllowedUser);
    }
}
