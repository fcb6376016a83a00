namespace ImageGateway.Configuration;

/// <summary>Resolves secret references, <c>env:NAME</c> and <c>file:PATH</c>. A literal is refused, and never shown.</summary>
/// <param name="folder">Where relative paths begin: the configuration file's folder.</param>
/// <param name="generated">Secrets that this process made for a first run, by the name of their environment variable.</param>
internal sealed class Secrets(string folder, IReadOnlyDictionary<string, string> generated)
{
    /// <summary>True where references are only held against their form, and stand for what they refer to.</summary>
    public bool IsFormOnly { get; init; }

    /// <summary>The secret; null when a mistake was reported.</summary>
    public string? Resolve(string reference, Mistakes mistakes, string option)
    {
        if (IsFormOnly && (reference.StartsWith("env:", StringComparison.Ordinal) || reference.StartsWith("file:", StringComparison.Ordinal)))
            return reference;
        if (reference.StartsWith("env:", StringComparison.Ordinal))
            return FromEnvironment(reference[4..], mistakes, option);
        if (reference.StartsWith("file:", StringComparison.Ordinal))
            return FromFile(reference[5..], mistakes, option);
        mistakes.Add(option, reference.StartsWith("vault:", StringComparison.Ordinal)
            ? "vault: is not in force yet; use env:NAME or file:PATH"
            : "must be env:NAME or file:PATH; a secret is never written into the configuration");
        return null;
    }

    private string? FromEnvironment(string name, Mistakes mistakes, string option)
    {
        var value = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrWhiteSpace(value) && !generated.TryGetValue(name, out value))
        {
            mistakes.Add(option, $"the environment variable {name} is not set");
            return null;
        }
        return value.Trim();
    }

    private string? FromFile(string path, Mistakes mistakes, string option)
    {
        try
        {
            var value = File.ReadAllText(Path.Combine(folder, path)).Trim();
            mistakes.Unless(value.Length > 0, option, $"the file '{path}' is empty");
            return value.Length > 0 ? value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            mistakes.Add(option, $"the file '{path}' cannot be read");
            return null;
        }
    }
}
