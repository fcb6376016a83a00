using System.Text.Json;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Profiles;

/// <summary>xAI: sizes are an aspect ratio and a resolution, edits are JSON with <c>image</c> or <c>images</c> of <c>{url, type}</c>.</summary>
internal sealed class XAi : Profile
{
    private const long TicksOfOneDollar = 10_000_000_000;

    private static readonly SimulatedModel Only = new("grok-imagine-image") { IsGpt = false };
    private static readonly string[] Ratios = ["1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "auto"];
    private static readonly string[] Members = ["model", "prompt", "n", "aspect_ratio", "resolution", "quality", "response_format", "image", "images"];

    public override IReadOnlyList<ImageOperation> Operations { get; } = [ImageOperation.Generation, ImageOperation.Edit];

    public override List<InputFile> Pictures(Dictionary<string, JsonElement> members)
    {
        var files = new List<InputFile>();
        if (members.TryGetValue("image", out var image))
            files.Add(Picture(image, "image"));
        if (members.TryGetValue("images", out var images) && images.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in images.EnumerateArray())
                files.Add(Picture(one, $"images[{files.Count}]"));
        }

        return files;
    }

    // Images sent to generations are silently ignored.
    protected override IReadOnlyList<string> Known(ImageOperation operation) => Members;

    protected override SimulatedModel Model(string? name) =>
        name == Only.Name ? Only : throw Refuse(StatusCodes.Status404NotFound, "model", $"The model {name} does not exist or your team does not have access to it.");

    protected override ImageJob Judge(Parameters parameters, RequestBody body, SimulatedModel model, ImageOperation operation, string prompt)
    {
        if (operation == ImageOperation.Edit && body.Members.ContainsKey("image") == body.Members.ContainsKey("images"))
            throw Refuse(StatusCodes.Status400BadRequest, "image", "Provide exactly one of image and images.");
        var edge = parameters.OneOf("resolution", "1k", "2k") == "2k" ? 2048 : 1024;
        var (width, height) = Scaled(parameters.OneOf("aspect_ratio", Ratios) ?? "auto", edge);
        return new ImageJob(model, operation, prompt)
        {
            Count = parameters.Integer("n", 1, 10) ?? 1,
            Width = width,
            Height = height,
            Quality = parameters.OneOf("quality", "low", "medium", "high") ?? "medium",
            AsUrl = parameters.OneOf("response_format", "url", "b64_json") != "b64_json",
            Images = operation == ImageOperation.Edit ? body.Files : [],
            CostTicks = TicksOfOneDollar / 50 * (parameters.Integer("n", 1, 10) ?? 1),
        };
    }

    protected override ProviderException Refuse(int status, string? param, string message) =>
        ProviderErrors.Error(status, "invalid_request_error", null, param, message);

    // About edge² pixels, in multiples of 16.
    private static (int Width, int Height) Scaled(string ratio, int edge)
    {
        if (ratio == "auto")
            return (edge, edge);
        var sides = Array.ConvertAll(ratio.Split(':'), side => double.Parse(side, System.Globalization.CultureInfo.InvariantCulture));
        var root = Math.Sqrt(sides[0] / sides[1]);
        return ((int)Math.Round(edge * root / 16) * 16, (int)Math.Round(edge / root / 16) * 16);
    }

    private InputFile Picture(JsonElement image, string field)
    {
        if (image.ValueKind != JsonValueKind.Object || image.EnumerateObject().Any(member => member.Name is not ("url" or "type")))
            throw Refuse(StatusCodes.Status400BadRequest, field, "A picture is an object with url and type.");
        if (!image.TryGetProperty("type", out var type) || type.ToString() != "image_url" || !image.TryGetProperty("url", out var url))
            throw Refuse(StatusCodes.Status400BadRequest, field, "A picture has the type image_url and a url.");
        return JsonImages.FromDataUrl(url.ToString(), field);
    }
}
