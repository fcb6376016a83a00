using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Providers;

namespace ImageGateway.Routing;

/// <summary>A job's parameters as a model takes them, the edits that make them so, and what a client is told of it.</summary>
internal sealed class Dialect
{
    private readonly List<ParameterChange> _edits = new(4);
    private readonly List<Adjustment> _adjustments;
    private readonly ImageParameters _asked;

    private Dialect(ImageParameters asked, IReadOnlyList<Adjustment> before) => (_asked, Sent, _adjustments) = (asked, asked, [.. before]);

    /// <summary>What is sent.</summary>
    public ImageParameters Sent { get; private set; }

    /// <summary>What has to be changed in the request's body.</summary>
    public IReadOnlyList<ParameterChange> Edits => _edits;

    /// <summary>What differs from what was asked.</summary>
    public IReadOnlyList<Adjustment> Adjustments => _adjustments;

    /// <summary>Speaks <paramref name="model"/>'s dialect: (1) the route's defaults, (2) words and sizes, (3) ceilings, (4) drops, members that are null among them, (5) the form of the answer.</summary>
    /// <param name="job">The job as asked.</param>
    /// <param name="model">The model it goes to.</param>
    /// <param name="route">The route, for defaults and ceilings.</param>
    /// <param name="askedByName">True when the request named the model.</param>
    /// <param name="before">Adjustments that hold for every target.</param>
    public static Dialect Of(ImageJob job, Model model, RoutePolicy route, bool askedByName, IReadOnlyList<Adjustment> before)
    {
        var dialect = new Dialect(job.Parameters, before);
        dialect.FillIn(route.Defaults, job.Operation == Operation.Variation); // 1
        dialect.Translate(model, job.Operation == Operation.Variation); // 2
        dialect.Lower(model, route, job.Parameters.Quality is not null); // 3
        dialect.Drop(model); // 4
        if (job.Body is JsonBody body)
            dialect.DropNulls(body, model);
        dialect.Answer(model, askedByName); // 5
        return dialect;
    }

    /// <summary>The same at a provider whose API has no words for some of it: the client is told; the provider itself leaves it out.</summary>
    public Dialect At(IImageProvider provider, Model model)
    {
        var unsaid = provider.Unsaid(Sent, model);
        if (unsaid.Count == 0)
            return this;
        var there = new Dialect(_asked, _adjustments) { Sent = Sent };
        there._edits.AddRange(_edits);
        foreach (var edit in unsaid)
        {
            // Nobody misses what was not asked for.
            if (_asked.Value(edit.Name) is not null || _adjustments.Exists(adjustment => adjustment.Name == edit.Name))
                there.Report(edit.Name, Sent.Value(edit.Name) ?? "", edit.Value);
        }
        return there;
    }

    private void FillIn(IReadOnlyList<KeyValuePair<string, string>> defaults, bool isVariation)
    {
        foreach (var (name, value) in defaults)
        {
            // Variations know no other of these parameters.
            if (Sent.Value(name) is not null || (isVariation && name != "size") || !Suits(name, value))
                continue;
            Sent = DefaultParameters.With(Sent, name, value);
            Change(name, "", value);
        }
    }

    // What goes with no other format must not spoil a request that was right without it.
    private bool Suits(string name, string value) => (name, value) switch
    {
        ("output_format", "jpeg") => Sent.Background != "transparent",
        ("background", "transparent") => Sent.OutputFormat != "jpeg",
        ("output_compression", _) => Sent.OutputFormat is "jpeg" or "webp",
        _ => true,
    };

    private void Translate(Model model, bool isVariation)
    {
        if (Sent.Quality is { } quality && Translation.Quality(quality, model) is var word && word != quality)
            Sent = Changed("quality", quality, word, Sent with { Quality = word });
        if (Sent.Size is { } size && Translation.Size(size, model) is var pair && pair != size)
            Sent = Changed("size", size, pair, Sent with { Size = pair });
        if (Sent.Size == "auto" && !model.Sizes.Auto)
            Sent = Changed("size", "auto", null, Sent with { Size = null });
        // Explicit, so that the price is known before the call: providers differ in their defaults. Not an adjustment;
        // variations have no such parameter.
        if (Sent.Quality is null && !isVariation)
            Set("quality", model.DefaultQuality, Sent with { Quality = model.DefaultQuality });
    }

    // A quality that was not asked for is no reason to refuse.
    private void Lower(Model model, RoutePolicy route, bool asksQuality)
    {
        var lowers = route.OnCeiling == CeilingAction.Lower;
        if ((lowers || !asksQuality) && Ceiling.Quality(Sent.Quality, route.MaxQuality, model) is { } lower)
            Sent = Changed("quality", Sent.Quality!, lower, Sent with { Quality = lower });
        if (lowers && Sent.Count > route.MaxN)
            Sent = Changed("n", $"{Sent.Count}", $"{route.MaxN}", Sent with { N = route.MaxN });
    }

    private void Drop(Model model)
    {
        foreach (var name in DefaultParameters.WithoutMeaning)
        {
            if (Sent.Value(name) is { } value && !model.Takes.Contains(name))
                Sent = Changed(name, value, null, DefaultParameters.With(Sent, name, null));
        }
        if (Sent.Background is "auto" or "opaque" && model.Backgrounds.Count == 0)
            Sent = Changed("background", Sent.Background, null, Sent with { Background = null });
        if (Sent.OutputFormat == "png" && model.Formats.Count == 0)
            Sent = Changed("output_format", "png", null, Sent with { OutputFormat = null });
        if (Sent.InputFidelity == "low" && model.Fidelities.Count == 0)
            Sent = Changed("input_fidelity", "low", null, Sent with { InputFidelity = null });
        if (!Sent.Stream && !model.Stream)
        {
            _edits.Add(new ParameterChange("stream", null));
            _edits.Add(new ParameterChange("partial_images", null));
            if (Sent.PartialImages is { } partial)
                Report("partial_images", $"{partial}", null);
        }
    }

    // null is as good as absent here; a model without the parameter would refuse its name. Few requests have any.
    private void DropNulls(JsonBody body, Model model)
    {
        foreach (var member in body.Members)
        {
            if (body.Value(member).SequenceEqual("null"u8) && IsWithout(model, member.Name))
                Edit(member.Name, null);
        }
    }

    private static bool IsWithout(Model model, string name) => name switch
    {
        "background" => model.Backgrounds.Count == 0,
        "output_format" => model.Formats.Count == 0,
        "input_fidelity" => model.Fidelities.Count == 0,
        _ => DefaultParameters.WithoutMeaning.Contains(name) && !model.Takes.Contains(name),
    };

    private void Answer(Model model, bool askedByName)
    {
        // An address is the gateway's own where the model has none: the client sees what it asked for.
        if (Sent.ResponseFormat == "url" && !model.ResponseFormats.Contains("url"))
            Sent = Sent with { ResponseFormat = null };
        if (model.ResponseFormats.Count == 0)
            LeaveOutBase64();
        else if (Sent.ResponseFormat is null && !(askedByName && model.ResponseFormats[0] == "url"))
            AskFor(model.HasAddressesOnly ? "url" : "b64_json");
        else if (Sent.ResponseFormat == "b64_json" && model.HasAddressesOnly)
            AskFor("url"); // base64 is fetched from there, which Fitness makes sure of
    }

    private void LeaveOutBase64()
    {
        if (Sent.ResponseFormat == "b64_json")
            Sent = Changed("response_format", "b64_json", null, Sent with { ResponseFormat = null });
        else if (Sent.ResponseFormat is null)
            _edits.Add(new ParameterChange("response_format", null)); // null is as good as absent here, and not there
    }

    private void AskFor(string form) => Set("response_format", form, Sent with { ResponseFormat = form });

    private ImageParameters Changed(string name, string from, string? to, ImageParameters sent)
    {
        Change(name, from, to);
        return sent;
    }

    private void Set(string name, string value, ImageParameters sent)
    {
        Edit(name, value);
        Sent = sent;
    }

    private void Change(string name, string from, string? to)
    {
        Edit(name, to);
        Report(name, from, to);
    }

    private void Report(string name, string from, string? to)
    {
        // A parameter that changes twice (translated, then lowered) is told of once.
        var earlier = _adjustments.FindIndex(adjustment => adjustment.Name == name);
        if (earlier < 0)
            _adjustments.Add(new Adjustment(name, from, to ?? ""));
        else if (to is null && _adjustments[earlier].From.Length == 0)
            _adjustments.RemoveAt(earlier); // filled in here, dropped here: the client never saw it
        else
            _adjustments[earlier] = _adjustments[earlier] with { To = to ?? "" };
    }

    private void Edit(string name, string? value)
    {
        var edit = new ParameterChange(name, value, IsText: name is not ("n" or "output_compression"));
        for (var i = 0; i < _edits.Count; i++)
        {
            if (_edits[i].Name == name)
            {
                _edits[i] = edit;
                return;
            }
        }
        _edits.Add(edit);
    }
}
