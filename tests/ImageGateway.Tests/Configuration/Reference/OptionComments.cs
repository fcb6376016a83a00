using System.Net;
using System.Text.RegularExpressions;

namespace ImageGateway.Tests.Configuration.Reference;

/// <summary>The summaries of options, read from the sources: they are the reference.</summary>
internal static partial class OptionComments
{
    private static readonly Lazy<Dictionary<string, string>> All = new(Read);

    /// <summary>What the comment of a property says; every option has one.</summary>
    public static string Of(Type owner, string property) => All.Value.TryGetValue($"{owner.Name}.{property}", out var comment)
        ? comment
        : throw new InvalidOperationException($"{owner.Name}.{property} is an option without a summary");

    private static Dictionary<string, string> Read()
    {
        var comments = new Dictionary<string, string>();
        var sources = Directory.EnumerateFiles(Repository.File("src", "ImageGateway"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        foreach (var source in sources)
            Read(File.ReadAllLines(source), comments);
        return comments;
    }

    private static void Read(string[] lines, Dictionary<string, string> comments)
    {
        var (type, comment) = ("", "");
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith("///", StringComparison.Ordinal))
                comment = $"{comment} {line[3..].Trim()}";
            else if (TypeLine().Match(line) is { Success: true } declared)
                (type, comment) = (declared.Groups["name"].Value, "");
            else if (PropertyLine().Match(line) is { Success: true } property)
            {
                if (comment.Length > 0)
                    comments[$"{type}.{property.Groups["name"].Value}"] = Text(comment);
                comment = "";
            }
            else if (!line.StartsWith('['))
                comment = "";
        }
    }

    private static string Text(string comment)
    {
        var summary = Summary().Match(comment).Groups["text"].Value.Trim();
        summary = Code().Replace(summary, "`${text}`");
        return WebUtility.HtmlDecode(See().Replace(summary, match => $"`{match.Groups["name"].Value.Split('.')[^1]}`"));
    }

    [GeneratedRegex(@"\b(?:class|record) (?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^public [\w<>?,. ]+ (?<name>\w+) \{ get; set; \}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PropertyLine();

    [GeneratedRegex("<summary>(?<text>.*?)</summary>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Summary();

    [GeneratedRegex("<c>(?<text>.*?)</c>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("<see cref=\"(?<name>[^\"]+)\" ?/>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex See();
}
