using System.Text.Json;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Profiles;

/// <summary>Together: sizes are width and height, base64 is called <c>base64</c>, at most four images, no edits.</summary>
internal sealed class Together : Profile
{
    private const int LargestEdge = 2048;

    private static readonly SimulatedModel Only = new("black-forest-labs/FLUX.1-schnell") { IsGpt = false };

    private static readonly string[] Members =
        ["model", "prompt", "n", "width", "height", "steps", "guidance_scale", "seed", "response_format", "output_format", "image_url", "reference_images"];

    public override IReadOnlyList<ImageOperation> Operations { get; } = [ImageOperation.Generation];

    public override List<InputFile> Pictures(Dictionary<string, JsonElement> members) => [];

    protected override IReadOnlyList<string> Known(ImageOperation operation) => Members;

    protected override SimulatedModel Model(string? name) =>
        name == Only.Name ? Only : throw Refuse(StatusCodes.Status404NotFound, "model", $"Unable to access model {name}.");

    protected override ImageJob Judge(Parameters parameters, RequestBody body, SimulatedModel model, ImageOperation operation, string prompt)
    {
        parameters.OneOf("output_format", "jpeg", "png");
        parameters.Integer("steps", 1, 100);
        parameters.Integer("seed", 0, int.MaxValue);
        return new ImageJob(model, operation, prompt)
        {
            Count = parameters.Integer("n", 1, 4) ?? 1,
            Width = parameters.Integer("width", 64, LargestEdge) ?? 1024,
            Height = parameters.Integer("height", 64, LargestEdge) ?? 1024,
            Quality = "standard",
            AsUrl = parameters.OneOf("response_format", "url", "base64") != "base64",
            SaysType = true,
        };
    }

    protected override ProviderException Refuse(int status, string? param, string message) =>
        new(status, new JsonObject { ["error"] = new JsonObject { ["message"] = message } });
}
