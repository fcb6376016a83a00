using System.Text;

namespace ImageGateway.Ledger.Reconciliation;

/// <summary>
/// Finds a model of the catalogue in an invoice's text: <c>gpt-image-1, image output</c> or <c>GPT Image 1 Mini Outp glbl
/// Tokens</c>.
/// </summary>
internal sealed class ModelNames
{
    // The longest first, so that gpt-image-1 does not match gpt-image-1-mini.
    private readonly (string Name, string Words)[] _models;

    public ModelNames(IEnumerable<string> models) => _models = [.. models.Select(model => (model, Words(model))).OrderByDescending(model => model.Item2.Length)];

    /// <summary>The model that the text contains as whole words; null when there is none.</summary>
    public string? Find(string text)
    {
        var words = Words(text);
        foreach (var (name, model) in _models)
        {
            if (words.Contains(model, StringComparison.Ordinal))
                return name;
        }
        return null;
    }

    // " gpt image 1 mini "
    private static string Words(string text)
    {
        var words = new StringBuilder(" ");
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                words.Append(char.ToLowerInvariant(c));
            else if (words[^1] != ' ')
                words.Append(' ');
        }
        if (words[^1] != ' ')
            words.Append(' ');
        return words.ToString();
    }
}
