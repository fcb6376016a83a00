using System.Collections.Frozen;
using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>A catalogue entry: a model's abilities, its usage and its prices. All of it is data; no code compares a model's name.</summary>
internal sealed record Model
{
    /// <summary>The name for clients and providers.</summary>
    public required string Name { get; init; }

    /// <summary>The dialect: models of a family have the same parameters.</summary>
    public required string Family { get; init; }

    /// <summary>Its maker, as in <c>GET /v1/models</c>.</summary>
    public required string OwnedBy { get; init; }

    /// <summary>The day of its release (UTC).</summary>
    public required DateOnly Released { get; init; }

    public required FrozenSet<Operation> Operations { get; init; }

    /// <summary>The sizes it generates.</summary>
    public required SizeRule Sizes { get; init; }

    /// <summary>Its quality words, lowest first.</summary>
    public required IReadOnlyList<string> Qualities { get; init; }

    /// <summary>The quality when none is requested; one of <see cref="Qualities"/>.</summary>
    public required string DefaultQuality { get; init; }

    /// <summary>True when it accepts <c>auto</c> as quality.</summary>
    public bool AutoQuality { get; init; }

    /// <summary>Most images of one call.</summary>
    public required int MaxN { get; init; }

    /// <summary>Longest prompt, in Unicode code points.</summary>
    public required int MaxPrompt { get; init; }

    /// <summary>Most input images of one edit.</summary>
    public int MaxImages { get; init; }

    /// <summary>The backgrounds it accepts; empty: it has no such parameter.</summary>
    public FrozenSet<string> Backgrounds { get; init; } = [];

    /// <summary>The image formats it writes; empty: png only, and no such parameter.</summary>
    public FrozenSet<string> Formats { get; init; } = [];

    /// <summary>The values of <c>input_fidelity</c> it accepts; empty: no such parameter.</summary>
    public FrozenSet<string> Fidelities { get; init; } = [];

    /// <summary>
    /// The values of <c>response_format</c> it accepts, first the one that applies when a request names the model without a
    /// format; empty: it always returns base64 and rejects the parameter.
    /// </summary>
    public IReadOnlyList<string> ResponseFormats { get; init; } = [];

    /// <summary>True when it returns URLs, and cannot return base64.</summary>
    public bool HasAddressesOnly => ResponseFormats is ["url"];

    /// <summary>
    /// Which of the parameters that change no meaning it accepts: <c>style</c>, <c>moderation</c>, <c>user</c>,
    /// <c>output_compression</c>.
    /// </summary>
    public FrozenSet<string> Takes { get; init; } = [];

    /// <summary>True when an edit may carry a mask.</summary>
    public bool Mask { get; init; }

    /// <summary>True when an edit may come as JSON.</summary>
    public bool JsonEdits { get; init; }

    /// <summary>True when it can stream.</summary>
    public bool Stream { get; init; }

    /// <summary>Most partial images of one stream.</summary>
    public int MaxPartialImages { get; init; }

    /// <summary>The token usage of a job; null for a model priced per image.</summary>
    public TokenRule? Tokens { get; init; }

    /// <summary>Effective-dated prices, oldest first; empty: not priced.</summary>
    public required IReadOnlyList<Price> Prices { get; init; }

    /// <summary>The first day (UTC) on which it is gone, by provider kind; a kind that is absent has announced none.</summary>
    public required FrozenDictionary<string, DateOnly> Shutdown { get; init; }

    /// <summary>The model that replaces it; null: none.</summary>
    public string? Successor { get; init; }

    /// <summary>The price in force on <paramref name="day"/>; null when there is none yet.</summary>
    public Price? PriceOn(DateOnly day)
    {
        for (var i = Prices.Count - 1; i >= 0; i--)
        {
            if (Prices[i].From <= day)
                return Prices[i];
        }
        return null;
    }
}
