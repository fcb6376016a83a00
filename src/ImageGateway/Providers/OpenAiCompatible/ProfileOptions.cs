namespace ImageGateway.Providers.OpenAiCompatible;

/// <summary>How a provider's API differs from OpenAI's (<c>Gateway:Providers:NAME:Profile</c>); without a word it does not.</summary>
internal sealed class ProfileOptions
{
    /// <summary>The word for base64 in <c>response_format</c>; empty: the parameter is not sent for base64.</summary>
    public string Base64Format { get; set; } = "b64_json";

    /// <summary><c>size</c> (default), <c>width-height</c> or <c>aspect-ratio</c>.</summary>
    public string SizeAs { get; set; } = "size";

    /// <summary>
    /// With <c>aspect-ratio</c>: what <c>WIDTHxHEIGHT</c> is called, as <c>3:2</c> or <c>3:2 1k</c>, where the second word is sent as
    /// <c>resolution</c>. A size that is not among them takes the nearest. Empty: a table of the usual sizes.
    /// </summary>
    public Dictionary<string, string> Ratios { get; set; } = [];

    /// <summary>True: edits are JSON with data URLs in <c>image</c> or <c>images</c>, as xAI wants them; false: forms, as OpenAI's.</summary>
    public bool JsonEdits { get; set; }

    /// <summary>Which of OpenAI's parameters it takes besides model, prompt, n and the size; empty: all of them.</summary>
    public List<string> Takes { get; set; } = [];

    /// <summary>Where its operations are, below the base URL.</summary>
    public PathOptions Paths { get; set; } = new();
}

/// <summary>Paths of the operations, without a leading slash.</summary>
internal sealed class PathOptions
{
    /// <summary>Of a generation.</summary>
    public string Generations { get; set; } = "images/generations";

    /// <summary>Of an edit.</summary>
    public string Edits { get; set; } = "images/edits";
}
