using System.Globalization;

namespace ImageGateway.Configuration;

/// <summary>Collects a configuration's mistakes and warnings, each with its full key path, so that all are reported at once.</summary>
internal sealed class Mistakes(List<string> all, ICollection<string> warnings, string path)
{
    /// <summary>The message for an entry that is empty.</summary>
    public const string Empty = "is empty";

    public Mistakes(string path) : this([], [], path) { }

    /// <summary>All reported mistakes, here and below, one line each.</summary>
    public IReadOnlyList<string> All => all;

    /// <summary>True when a mistake was reported here or below.</summary>
    public bool AnyHere => all.Exists(mistake => mistake.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase));

    /// <summary>The same collection for a path below.</summary>
    public Mistakes At(string option) => new(all, warnings, $"{path}:{option}");

    /// <summary>Reports a mistake in the option.</summary>
    public void Add(string option, string message) => At(option).AddHere(message);

    /// <summary>Reports a mistake in the value at this path, unless it is empty, which was reported and is why.</summary>
    public void AddHere(string message)
    {
        if (!all.Contains($"{path}: {Empty}"))
            all.Add($"{path}: {message}");
    }

    /// <summary>Reports a mistake unless <paramref name="holds"/>.</summary>
    public void Unless(bool holds, string option, string message)
    {
        if (!holds)
            Add(option, message);
    }

    /// <summary>Reports a mistake when the value is outside its inclusive bounds; null is valid.</summary>
    public void Within<T>(T? value, T least, T most, string option)
        where T : struct, IComparable<T> => Unless(value is not { } given || (given.CompareTo(least) >= 0 && given.CompareTo(most) <= 0), option, $"must be {Text(least)} to {Text(most)}, not {Text(value)}");

    /// <summary>Reports a warning: the option is valid but has no effect, or not the intended one.</summary>
    public void Warn(string option, string message) => warnings.Add($"{path}:{option}: {message}");

    /// <summary>Reports a warning about the value at this path.</summary>
    public void WarnHere(string message) => warnings.Add($"{path}: {message}");

    /// <summary>A URL or host as a message begins with it: in quotes, or empty when it may contain a password or a key.</summary>
    public static string Shown(string? url) => url is null || url.AsSpan().ContainsAny('@', '?') ? "" : $"'{url}' ";

    private static string Text<T>(T value) => string.Create(CultureInfo.InvariantCulture, $"{value}");
}

/// <summary>The configuration has mistakes; each message starts with a key path.</summary>
internal sealed class ConfigurationException(IReadOnlyList<string> mistakes) : Exception(string.Join(Environment.NewLine, mistakes))
{
    public IReadOnlyList<string> Mistakes { get; } = mistakes;

    /// <summary>Throws when there is a mistake.</summary>
    public static void ThrowIfAny(IReadOnlyList<string> mistakes)
    {
        if (mistakes.Count > 0)
            throw new ConfigurationException(mistakes);
    }
}
