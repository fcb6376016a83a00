using System.Collections.Frozen;

namespace ImageGateway.Images;

/// <summary>The kind of a job.</summary>
internal enum Operation { Generation, Edit, Variation }

/// <summary>The purpose of the image; a tier selects a route, not a model.</summary>
internal enum Tier { Draft, Final }

/// <summary>
/// One parsed client request: everything that decides where it can go and what it may cost. It keeps the body's bytes, so that
/// fields unknown to the gateway reach the provider unchanged.
/// </summary>
internal sealed record ImageJob : IDisposable
{
    /// <summary>Generation, edit or variation; the path decides.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The requested model, deployment, alias or <c>provider/name</c>; null when the request names none.</summary>
    public string? Model { get; init; }

    /// <summary>True when <see cref="Model"/> came from Azure's deployment path, where a deployment's name takes precedence over a model's.</summary>
    public bool IsDeploymentPath { get; init; }

    /// <summary>The tier of the <c>X-Gateway-Tier</c> header; it overrides <see cref="Model"/>.</summary>
    public Tier? Tier { get; init; }

    /// <summary>The full prompt. Empty for a variation, which has none.</summary>
    public required string Prompt { get; init; }

    /// <summary>The other parameters as requested; null where the request has none.</summary>
    public required ImageParameters Parameters { get; init; }

    /// <summary>The input images of an edit or variation, in order.</summary>
    public IReadOnlyList<InputImage> Images { get; init; } = [];

    /// <summary>The mask of an edit, with an alpha channel; already checked against the first image.</summary>
    public InputImage? Mask { get; init; }

    /// <summary>How many inputs are a provider's own file ids, whose bytes the gateway never sees.</summary>
    public int FileIds { get; init; }

    /// <summary>Cost-allocation tags (<c>X-Gateway-Tags</c>).</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// True when an input differs from the JSON body: an image fetched from a URL, or a converted mask. The bytes are then sent
    /// in a form.
    /// </summary>
    public bool MustSendBytes { get; init; }

    /// <summary>The request body, from which the upstream body is built.</summary>
    public required RequestBody Body { get; init; }

    /// <summary>True for a tag's name: 1 to 64 letters, digits, '.', '_' or '-'.</summary>
    public static bool IsTag(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public void Dispose()
    {
        foreach (var image in Images)
            image.Dispose();
        Mask?.Dispose();
        Body.Dispose();
    }
}
