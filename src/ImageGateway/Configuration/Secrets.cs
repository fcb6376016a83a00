using System.Text.RegularExpressions;

namespace ImageGateway.Configuration;

/// <summary>Resolves secret references: <c>env:NAME</c>, <c>file:PATH</c> and <c>vault:NAME</c>. A literal is refused, and never shown.</summary>
/// <param name="folder">The base of relative paths: the configuration file's folder.</param>
/// <param name="generated">Secrets generated for a first run, by the name of their environment variable.</param>
internal sealed partial class Secrets(string folder, IReadOnlyDictionary<string, string> generated)
{
    private const string Forms = "env:NAME, file:PATH or vault:NAME";

    private readonly HashSet<string> _files = [];

    /// <summary>True when only the form of references is checked, and each reference stands in for its secret.</summary>
    public bool IsFormOnly { get; init; }

    /// <summary>The vault; null: not configured.</summary>
    public KeyVault? Vault { get; init; }

    /// <summary>The files that were read: the secrets change when they do.</summary>
    public IReadOnlyCollection<string> Files => _files;

    /// <summary>The secret; null when a mistake was reported.</summary>
    public string? Resolve(string reference, Mistakes mistakes, string option)
    {
        var (kind, name) = reference.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? (reference[..colon], reference[(colon + 1)..]) : ("", "");
        if (kind is not ("env" or "file" or "vault"))
        {
            mistakes.Add(option, $"must be {Forms}; a secret must not be written into the configuration");
            return null;
        }
        if (IsFormOnly)
            return reference;
        return kind switch
        {
            "env" => FromEnvironment(name, mistakes, option),
            "file" => FromFile(name, mistakes, option),
            _ => FromVault(name, mistakes, option),
        };
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
            var full = Path.Combine(folder, path);
            _files.Add(full);
            var value = File.ReadAllText(full).Trim();
            mistakes.Unless(value.Length > 0, option, $"the file '{path}' is empty");
            return value.Length > 0 ? value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            mistakes.Add(option, $"the file '{path}' cannot be read");
            return null;
        }
    }

    private string? FromVault(string name, Mistakes mistakes, string option)
    {
        var (secret, mistake) = !VaultName().IsMatch(name) ? (null, $"vault:{name} is not vault:NAME or vault:NAME/VERSION, of letters, digits and '-'")
            : Vault is null ? (null, "vault: needs the vault's URL in Gateway:Vault")
            : Vault.Find(name);
        if (mistake is not null)
            mistakes.Add(option, mistake);
        return secret;
    }

    [GeneratedRegex(@"^[A-Za-z0-9-]{1,127}(/[A-Za-z0-9]{1,64})?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VaultName();
}
